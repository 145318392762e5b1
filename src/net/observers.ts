import { harmless, reasonOf } from "../errors.ts";

/**
 * Calls an observer: a logger, the subscribers of a channel, `onError`. All observers are called here, and nowhere
 * else.
 *
 * It is called in a microtask of its own, in the asynchronous context of the caller, so it never runs in the middle of
 * our work: the outcome is decided, it may send or close, and nothing waits for it. What it throws, or rejects with,
 * goes to `failed`.
 */
export function tell(observe: () => unknown, failed: (thrown: unknown) => void): void {
  queueMicrotask(() => {
    try {
      harmless(observe(), failed);
    } catch (thrown) {
      failed(thrown);
    }
  });
}

/** Warns of an observer that fails, only the first time, because it is likely to fail each time. */
export function warningOnce(who: string): (thrown: unknown) => void {
  let warned = false;
  return (thrown) => {
    if (warned) return;
    warned = true;
    process.emitWarning(`${who} failed: ${reasonOf(thrown)}`, "EnvoiWarning");
  };
}
