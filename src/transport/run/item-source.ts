import { misconfigured } from "../../errors.ts";

/** What a source answers when it is asked for an item. */
export type Answer = IteratorResult<unknown, unknown>;

/** Where a run takes its items from; an iterable, asynchronous or not. What it throws is the caller's own. */
export class ItemSource {
  readonly #open: () => Iterator<unknown> | AsyncIterator<unknown>;
  #items: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  /** Its own code is running. */
  #inside = false;
  #told = false;

  /** @throws EnvoiError of kind `"configuration"` where it is no iterable. A string is one, but not of mails. */
  constructor(iterable: unknown) {
    this.#open = opener(iterable);
  }

  /** The next item, at once where the source gives it at once. */
  next(): Answer | PromiseLike<Answer> {
    this.#inside = true;
    try {
      this.#items ??= this.#open();
      return this.#items.next();
    } finally {
      this.#inside = false;
    }
  }

  /**
   * Tells it, once, that no more is wanted; what it answers when it has cleaned up, where that takes time. A source
   * cannot be told from within its own code: then nothing happens, and it is to be told afterwards.
   */
  end(): PromiseLike<unknown> | undefined {
    if (this.#inside || this.#told) return undefined;
    this.#told = true;
    const answer: unknown = this.#items?.return?.();
    return isPromise(answer) ? answer : undefined;
  }
}

/** Whether something can be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && typeof (value as PromiseLike<T>).then === "function";
}

function opener(iterable: unknown): () => Iterator<unknown> | AsyncIterator<unknown> {
  if (typeof iterable === "object" && iterable !== null) {
    const source = iterable as Partial<Iterable<unknown> & AsyncIterable<unknown>>;
    if (typeof source[Symbol.asyncIterator] === "function")
      return () => (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (typeof source[Symbol.iterator] === "function")
      return () => (source as Iterable<unknown>)[Symbol.iterator]();
  }
  const message = "sendAll: expects an array or another iterable of mails; for a single mail there is send()";
  throw misconfigured(message);
}
