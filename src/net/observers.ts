import { harmless, reasonOf } from "../errors.ts";

/**
 * Calls a function that only looks on: a logger, the subscribers of a channel, `onError`. Every observer is called from
 * here, and nowhere else.
 *
 * It is called in a microtask of its own, in the asynchronous context of who tells it. So it never runs amid our work:
 * what it is told of has been settled, it may send or close, and nothing waits for it. What it throws, or rejects with,
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

/** A way to warn of an observer that fails: of the first time only, since it is likely to fail each time. */
export function warningOnce(who: string): (thrown: unknown) => void {
  let warned = false;
  return (thrown) => {
    if (warned) return;
    warned = true;
    process.emitWarning(`${who} failed: ${reasonOf(thrown)}`, "EnvoiWarning");
  };
}
