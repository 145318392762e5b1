import { LinkedQueue } from "./linked-queue.ts";

/**
 * Does something once a signal aborts. What it returns takes that back.
 *
 * A signal may be that of a thousand mails at once. However many wait for it, it has one listener: Node warns of more
 * than ten, and looks at each before it adds one.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const waiting = waitingFor(signal);
  const place = waiting.line.append(action);
  return () => {
    if (place.leave() && waiting.line.empty) stopWaitingFor(signal, waiting);
  };
}

/** Does something that a signal may break off; at once, if it has aborted already. */
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
 * Does something under two signals, either of which calls it off.
 *
 * Not AbortSignal.any: what it makes is kept for as long as a signal that lives long, and here one is made for each
 * mail.
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
