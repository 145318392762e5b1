/**
 * Values in the order in which they came: the first is taken, and any may leave, each in constant time.
 *
 * Not a Set: one that is filled at one end and emptied at the other leaves old tables behind, and a table that has
 * grown old keeps all that came after it alive until a full garbage collection.
 */
export class Line<T> implements Iterable<T> {
  /** The end of the ring: the first stands behind it, the last before it. */
  readonly #end: Links<T> = new Links();

  /** Puts a value last. The place that it stands in is where it leaves from. */
  append(value: T): Place<T> {
    return new Place(value, this.#end);
  }

  /** Whether nobody waits. */
  get empty(): boolean {
    return this.#end.next === this.#end;
  }

  /** The first, which leaves; `undefined` if nobody waits. */
  take(): T | undefined {
    const { next } = this.#end;
    if (!(next instanceof Place)) return undefined;
    next.leave();
    return next.value;
  }

  /** All, in order; who leaves meanwhile does not disturb. */
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

/** Where a value stands in a {@link Line}. */
export class Place<T> extends Links<T> {
  readonly value: T;

  constructor(value: T, end: Links<T>) {
    super();
    this.value = value;
    this.previous = end.previous;
    this.next = end;
    end.previous.next = this;
    end.previous = this;
  }

  /** Steps out of the line; whether it still stood there. */
  leave(): boolean {
    if (this.next === this) return false;
    this.previous.next = this.next;
    this.next.previous = this.previous;
    this.previous = this;
    this.next = this;
    return true;
  }
}
