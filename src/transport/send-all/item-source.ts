import { misconfigured } from "../../errors.ts";

/** The answer of a source. */
export type Answer = IteratorResult<unknown, unknown>;

/** The source of a run; an iterable, asynchronous or not. What it throws is the caller's error. */
export class ItemSource {
  readonly #open: () => Iterator<unknown> | AsyncIterator<unknown>;
  #items: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  /** Whether the source's own code is running. */
  #inside = false;
  #told = false;

  /**
   * @throws EnvoiError of kind `"configuration"` if it is not iterable. A string is refused too: its items are not
   * mails.
   */
  constructor(iterable: unknown) {
    this.#open = opener(iterable);
  }

  /** The next item, at once if the source gives it at once. */
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
   * Ends the source, once. Returns a promise if it takes time to clean up. A source cannot be ended from within its own
   * code: then nothing happens, and it must be ended afterwards.
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
