import process from "node:process";
import type { Worker } from "./worker.ts";

/**
 * Stops a worker when a signal aborts or the process gets SIGTERM. A SIGTERM that nobody else handles ends the process
 * when the worker has stopped.
 */
export function untilTerminated(worker: Worker, signal: AbortSignal | undefined, ended: () => void): void {
  const stop = (): void => void worker.stop();
  let terminated = false;
  const terminate = (): void => {
    terminated = true;
    stop();
  };
  process.on("SIGTERM", terminate);
  if (signal?.aborted === true) stop();
  else signal?.addEventListener("abort", stop, { once: true });
  const finish = (): void => {
    ended();
    signal?.removeEventListener("abort", stop);
    process.removeListener("SIGTERM", terminate);
    if (terminated && process.listenerCount("SIGTERM") === 0) process.kill(process.pid, "SIGTERM");
  };
  worker.done.then(finish, finish);
}
