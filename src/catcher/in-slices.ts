/**
 * Does something with each of many items, in slices of time: mails arrive and requests are answered meanwhile.
 *
 * @param action returns `"enough"` to leave out the rest
 * @param signal ends the work, because nobody needs it any more
 * @throws the reason of the signal if it is aborted.
 */
export async function inSlices<T>(
  items: Iterable<T>,
  action: (item: T) => "enough" | undefined,
  signal?: AbortSignal,
): Promise<void> {
  let end = performance.now() + SLICE;
  for (const item of items) {
    if (performance.now() > end) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      end = performance.now() + SLICE;
    }
    if (action(item) === "enough") return;
  }
}

/** How long work goes on at a time, in milliseconds. */
const SLICE = 10;
