import { Reply } from "../../protocol/reply.ts";
import type { FetchEvent } from "../../protocol/server/event.ts";

/** Where fetched octets go, and how long to wait for them. */
export interface FetchingContext {
  /** Passes octets on to the hook `data`; the next ones must wait for it. */
  push(octets: Buffer): Promise<void> | undefined;
  /** Waits for the next octets, for a limited time; resolves to `undefined` if it has passed. */
  inTime(next: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown> | undefined>;
  /** Aborted when the connection is lost. */
  readonly signal: AbortSignal;
}

/**
 * Passes what was fetched at a URL on as content of the message, until it ends or the message is refused. Returns the
 * reply to the client if it could not be fetched.
 *
 * @throws what the source throws, and TypeError if it yields something other than octets.
 */
export async function passFetched(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  event: FetchEvent,
  { push, inTime, signal }: FetchingContext,
): Promise<Reply | undefined> {
  const pieces = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let octets = 0;
  try {
    while (!event.refused) {
      const next = await inTime(Promise.resolve(pieces.next()));
      if (next === undefined || signal.aborted) return unavailable;
      if (next.done === true) break;
      const piece: unknown = next.value;
      if (!(piece instanceof Uint8Array))
        throw new TypeError("the hook burl yielded something other than octets");
      octets += piece.length;
      const passed = event.take(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      if (passed !== undefined && passed.length > 0) await push(passed);
    }
    return octets === 0 ? noContent : undefined;
  } finally {
    // Not awaited: a source that is stuck never returns.
    Promise.resolve(pieces.return?.()).catch(() => {});
  }
}

/** The content at a URL cannot be had now (RFC 4468 section 6). */
export const unavailable: Reply = Reply.of(
  451,
  "4.4.1",
  "The content of the URL is not available, try again later",
);

const noContent = Reply.of(554, "5.6.6", "There is no content at the URL");
