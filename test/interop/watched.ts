import { watch } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Looks until there is something to see: now, and again at every change of the directory.
 *
 * @throws Error with what `explain` says after {@link PATIENCE}; the signal's reason.
 */
export async function untilSeen<T>(
  directory: string,
  look: () => Promise<T | undefined>,
  explain: () => string,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + PATIENCE;
  const changes = new Changes(directory);
  try {
    while (true) {
      const seen = await look();
      if (seen !== undefined) return seen;
      signal?.throwIfAborted();
      if (performance.now() > deadline) throw new Error(explain());
      await changes.next();
    }
  } finally {
    changes.close();
  }
}

/** How long to look before it counts as a failure, in milliseconds. */
const PATIENCE = 30_000;

/** The longest time between two looks, in milliseconds: the kernel may drop events when many come at once. */
const RESCAN = 250;

/** Remembers a change that comes without a waiter, so that none is lost between a check and the wait. */
class Changes {
  #changed = false;
  #wake: () => void = () => {};
  readonly #watcher;

  constructor(directory: string) {
    this.#watcher = watch(directory, () => {
      this.#changed = true;
      this.#wake();
    });
  }

  async next(): Promise<void> {
    const changed = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (!this.#changed) {
      const stopped = new AbortController();
      await Promise.race([changed, delay(RESCAN, undefined, { signal: stopped.signal }).catch(() => {})]);
      stopped.abort();
    }
    this.#changed = false;
  }

  close(): void {
    this.#watcher.close();
  }
}
