import { defaultMaxListeners, getMaxListeners, setMaxListeners } from "node:events";
import { EnvoiError } from "../errors.ts";

/**
 * Calls `action` when a signal aborts. What it returns takes that back.
 *
 * A signal may be that of many mails at once. Node warns of more than ten listeners, unless it is told that they are
 * meant.
 */
export function whenAborted(signal: AbortSignal, action: () => void): () => void {
  try {
    if (getMaxListeners(signal) === defaultMaxListeners) setMaxListeners(0, signal);
  } catch {
    // A signal of another realm does not warn.
  }
  signal.addEventListener("abort", action, { once: true });
  return () => signal.removeEventListener("abort", action);
}

/** The error for a verification that was aborted. */
export function abortedBy(signal: AbortSignal | undefined): EnvoiError {
  return new EnvoiError("the verification was aborted", {
    kind: "aborted",
    delivery: "not-sent",
    transient: false,
    permanent: false,
    cause: signal?.reason,
  });
}
