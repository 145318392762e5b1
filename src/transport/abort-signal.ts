import { LinkedQueue } from "./linked-queue.ts";

/**
 * Calls `action` when a signal aborts. The returned function undoes that.
 *
 * A thousand mails may share a signal. It gets one listener, however many wait for it: Node warns of more than ten, and
 * compares each new listener with all others.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const waiting = waitingFor(signal);
  const place = waiting.line.append(action);
  return () => {
    if (place.leave() && waiting.line.empty) stopWaitingFor(signal, waiting);
  };
}

/** Runs something that a signal can interrupt; at once, if it has aborted already. */
export async function breakingOff<T>(
  signal: AbortSignal | undefined,
  breakOff: () => void,
  action: () => Promise<T>,
): Promise<T> {
  if (signal?.aborted) breakOff();
  const forget = signal && onAbort(signal, breakOff);
  try {
    return await action();
  } finally {
    forget?.();
  }
}

/** What waits for a signal. */
interface Waiting {
  readonly line: LinkedQueue<() => void>;
  readonly listener: () => void;
}

const waitings: WeakMap<AbortSignal, Waiting> = new WeakMap();

function waitingFor(signal: AbortSignal): Waiting {
  const known = waitings.get(signal);
  if (known !== undefined) return known;
  const line = new LinkedQueue<() => void>();
  const listener = () => {
    for (let action = line.take(); action !== undefined; action = line.take()) action();
    stopWaitingFor(signal, waiting);
  };
  const waiting = { line, listener };
  waitings.set(signal, waiting);
  signal.addEventListener("abort", listener);
  return waiting;
}

function stopWaitingFor(signal: AbortSignal, { listener }: Waiting): void {
  waitings.delete(signal);
  signal.removeEventListener("abort", listener);
}

/**
 * Runs something under two signals, either of which cancels it.
 *
 * Not AbortSignal.any: its result is kept as long as the source signal lives, and here one is made for each mail.
 */
export async function underBoth<T>(
  signals: readonly [AbortSignal, AbortSignal],
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(signals.find(({ aborted }) => aborted)?.reason);
  if (signals.some(({ aborted }) => aborted)) abort();
  const forget = signals.map((signal) => onAbort(signal, abort));
  try {
    return await action(controller.signal);
  } finally {
    for (const take of forget) take();
  }
}
