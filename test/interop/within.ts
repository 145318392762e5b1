import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits for something that may never end: a promise of a page, a click, a browser that closes. Playwright limits the
 * time of none of these.
 *
 * @throws Error that names it, if it takes longer than `ms` milliseconds.
 */
export async function within<T>(what: string, work: Promise<T>, ms = 30_000): Promise<T> {
  const controller = new AbortController();
  const late = pause(ms, undefined, { signal: controller.signal }).then(() => {
    throw new Error(`${what}: took longer than ${ms} ms`);
  });
  // Whichever is not waited for may fail later.
  late.catch(() => {});
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    controller.abort();
  }
}
