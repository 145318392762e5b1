import { Failure, sourceFailed } from "../../protocol/failure.ts";

/** Where a pump writes. */
export interface PumpTarget {
  /** Resolves as the promise does, but rejects if the connection fails before, or nothing moves for too long. */
  wait<T>(promise: Promise<T>): Promise<T>;
  /** Writes a piece, and resolves when it takes the next. */
  put(piece: Buffer): Promise<void>;
}

/** Writes pieces as they come, never more than the target takes. @throws Failure, also if the source fails. */
export async function pump(
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
  target: PumpTarget,
): Promise<void> {
  const source = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  try {
    for (;;) {
      const next = await target.wait(Promise.resolve(source.next()));
      if (next.done === true) return;
      await target.put(next.value);
    }
  } catch (error) {
    // The source may be waiting for something: it is told to stop, and not waited for.
    (async () => source.return?.())().catch(() => {});
    throw error instanceof Failure ? error : sourceFailed(error);
  }
}
