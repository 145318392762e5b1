/**
 * Values in the order in which they came. The first can be taken, and any can leave, in constant time.
 *
 * Not a Set: one that is filled at one end and emptied at the other leaves old tables behind, and a table that has
 * become old keeps everything after it alive until a full garbage collection.
 */
export class LinkedQueue<T> implements Iterable<T> {
  /** The end of the ring: the first comes after it, the last before it. */
  readonly #end: Links<T> = new Links();

  /** Appends a value. The returned place lets it leave. */
  append(value: T): Place<T> {
    return new Place(value, this.#end);
  }

  /** Inserts a value before the first for which `comesAfter` returns true, or at the end. */
  insert(value: T, comesAfter: (other: T) => boolean): Place<T> {
    let { next } = this.#end;
    while (next instanceof Place && !comesAfter(next.value)) next = next.next;
    return new Place(value, next);
  }

  /** The first value, without removing it; `undefined` if the queue is empty. */
  get first(): T | undefined {
    const { next } = this.#end;
    return next instanceof Place ? next.value : undefined;
  }

  /** Whether the queue is empty. */
  get empty(): boolean {
    return this.#end.next === this.#end;
  }

  /** Removes and returns the first value; `undefined` if the queue is empty. */
  take(): T | undefined {
    const { next } = this.#end;
    if (!(next instanceof Place)) return undefined;
    next.leave();
    return next.value;
  }

  /** All values in order. Values may leave meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    const places: Place<T>[] = [];
    for (let { next } = this.#end; next instanceof Place; { next } = next) places.push(next);
    for (const { value } of places) yield value;
  }
}

class Links<T> {
  previous: Links<T> = this;
  next: Links<T> = this;
}

/** The place of a value in a {@link LinkedQueue}. */
export class Place<T> extends Links<T> {
  readonly value: T;

  /** @param behind the next place, or the end of the queue */
  constructor(value: T, behind: Links<T>) {
    super();
    this.value = value;
    this.previous = behind.previous;
    this.next = behind;
    behind.previous.next = this;
    behind.previous = this;
  }

  /** Leaves the queue. Returns whether it was still there. */
  leave(): boolean {
    if (this.next === this) return false;
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this;
    this.next = this;
    return true;
  }
}
