import process from "node:process";
import type { Terminal } from "../terminal.ts";

/**
 * Runs an action that a person may break off: the first SIGINT or SIGTERM aborts the signal, so that the action can
 * end in order; the second ends the process at once.
 */
export async function interruptible<T>(
  { errors }: Terminal,
  action: (signal: AbortSignal) => Promise<T>,
  notice = "stopping; press Ctrl-C again to stop at once",
  tell: (text: string) => void = (text) => errors.write(`${text}\n`),
): Promise<T> {
  const abort = new AbortController();
  const interrupted = (): void => {
    if (abort.signal.aborted) process.exit(130);
    tell(`envoi: ${notice}`);
    abort.abort();
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  try {
    return await action(abort.signal);
  } finally {
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
  }
}
