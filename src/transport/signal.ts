import { callersMistake, EnvoiError } from "../errors.ts";

/** Refuses what is no AbortSignal; one of another realm is. @throws EnvoiError of kind `"configuration"` */
export function checkSignal(what: string, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  if (typeof signal?.aborted === "boolean" && typeof signal.addEventListener === "function") return;
  throw new EnvoiError(`${what}: the signal is no AbortSignal`, { kind: "configuration", ...callersMistake });
}

/**
 * Does something under two signals, either of which calls it off.
 *
 * Not AbortSignal.any: what it makes is kept for as long as a signal that lives long, and here one is made for each mail.
 */
export async function underBoth<T>(
  signals: readonly [AbortSignal, AbortSignal],
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(signals.find(({ aborted }) => aborted)?.reason);
  if (signals.some(({ aborted }) => aborted)) abort();
  for (const signal of signals) signal.addEventListener("abort", abort);
  try {
    return await action(controller.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener("abort", abort);
  }
}
