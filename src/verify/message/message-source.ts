import { EnvoiError, reasonOf } from "../../errors.ts";
import { contentError } from "../../mime/content-error.ts";
import { wrongOption } from "../../text/options/option-reader.ts";
import { described } from "../../text/options/shown-value.ts";
import { abortedBy, whenAborted } from "../abort-signal.ts";

/** A message: its bytes, or a stream of them. */
export type MessageSource = Uint8Array | AsyncIterable<Uint8Array>;

/**
 * Gives the bytes of a message to `take`, piece by piece.
 *
 * @throws EnvoiError of kind `"content"` if the source fails or yields anything but bytes; of kind `"aborted"` if the
 * signal aborts; of kind `"configuration"` if it is not a source.
 */
export async function readMessage(
  message: MessageSource,
  take: (octets: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (message instanceof Uint8Array) {
    if (signal?.aborted) throw abortedBy(signal);
    take(message);
    return;
  }
  const iterator = iteratorOf(message);
  let end: (error: EnvoiError) => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    end = reject;
  });
  aborted.catch(() => {});
  const abort = (): void => end(abortedBy(signal));
  const forget = signal && whenAborted(signal, abort);
  if (signal?.aborted) abort();
  let over = false;
  try {
    for (;;) {
      const next = await Promise.race([nextOf(iterator), aborted]);
      if (next === undefined) {
        over = true;
        return;
      }
      take(next);
    }
  } catch (error) {
    // Only its own failure ends a source.
    over = EnvoiError.is(error) && error.kind === "content" && error.cause !== undefined;
    throw error;
  } finally {
    forget?.();
    // It may never answer, so it is not awaited.
    if (!over) Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

function iteratorOf(message: AsyncIterable<unknown>): AsyncIterator<unknown> {
  const open: unknown = Object(message)[Symbol.asyncIterator];
  if (typeof open !== "function")
    throw wrongOption("message", "a Uint8Array or an async iterable of them", message);
  return message[Symbol.asyncIterator]();
}

async function nextOf(iterator: AsyncIterator<unknown>): Promise<Uint8Array | undefined> {
  let next: IteratorResult<unknown>;
  try {
    next = await iterator.next();
  } catch (cause) {
    throw contentError(`message: its source failed: ${reasonOf(cause)}`, cause);
  }
  if (next.done === true) return undefined;
  if (next.value instanceof Uint8Array) return next.value;
  throw contentError(`message: expected a stream of Uint8Array, got ${described(next.value)} in it`);
}
