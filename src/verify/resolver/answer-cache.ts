import type { Answer } from "./answer.ts";

/** How many answers are kept, and for how long. */
export interface CacheOptions {
  /** How many answers. Default: 10,000. */
  readonly entries?: number | undefined;
  /** About how many bytes of records. Default: 16 MiB. */
  readonly bytes?: number | undefined;
  /** For how many milliseconds, less if the records say so. Default: 60,000. */
  readonly ttl?: number | undefined;
}

interface Entry {
  readonly answer: Answer;
  readonly until: number;
  readonly size: number;
}

/** Keeps answers for a short time; the ones that were not asked for longest leave first. Failures are not kept. */
export class AnswerCache {
  readonly #most: number;
  readonly #mostBytes: number;
  readonly #ttl: number;
  readonly #now: () => number;
  readonly #entries: Map<string, Entry> = new Map();
  #bytes = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(options: CacheOptions = {}, now: () => number = () => performance.now()) {
    this.#most = options.entries ?? 10_000;
    this.#mostBytes = options.bytes ?? 16 * 1024 * 1024;
    this.#ttl = options.ttl ?? 60_000;
    this.#now = now;
  }

  /** The answer, if it is still good. */
  get(key: string): Answer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.until <= this.#now()) {
      this.#bytes -= entry.size;
      return undefined;
    }
    // The entries of a Map are in the order in which they were set.
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** Keeps an answer. */
  set(key: string, answer: Answer): void {
    if (answer.outcome === "temporary") return;
    this.#drop(key);
    const ttl = answer.outcome === "found" && answer.ttl !== undefined ? answer.ttl * 1000 : this.#ttl;
    const size = sizeOf(key, answer);
    this.#entries.set(key, { answer, until: this.#now() + Math.min(ttl, this.#ttl), size });
    this.#bytes += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most && this.#bytes <= this.#mostBytes) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.size;
  }
}

function sizeOf(key: string, answer: Answer): number {
  const records = answer.outcome === "found" ? answer.records : [];
  return records.reduce(
    (sum, record) => sum + 16 + (typeof record === "string" ? record : record.exchange).length,
    key.length + 64,
  );
}
