/**
 * Values in the order in which they came: the first is taken, and any may leave, each in constant time.
 *
 * Not a Set: one that is filled at one end and emptied at the other leaves old tables behind, and a table that has
 * grown old keeps all that came after it alive until a full garbage collection.
 */
export class LinkedQueue<T> implements Iterable<T> {
  /** The end of the ring: the first stands behind it, the last before it. */
  readonly #end: Links<T> = new Links();

  /** Puts a value last. The place that it stands in is where it leaves from. */
  append(value: T): Place<T> {
    return new Place(value, this.#end);
  }

  /** Puts a value in front of the first that `comesAfter` says is to come after it, or last. */
  insert(value: T, comesAfter: (other: T) => boolean): Place<T> {
    let { next } = this.#end;
    while (next instanceof Place && !comesAfter(next.value)) next = next.next;
    return new Place(value, next);
  }

  /** The first, which stays; `undefined` if the queue is empty. */
  get first(): T | undefined {
    const { next } = this.#end;
    return next instanceof Place ? next.value : undefined;
  }

  /** Whether the queue is empty. */
  get empty(): boolean {
    return this.#end.next === this.#end;
  }

  /** The first, which leaves; `undefined` if the queue is empty. */
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

/** Where a value stands in a {@link LinkedQueue}. */
export class Place<T> extends Links<T> {
  readonly value: T;

  /** @param behind what comes next: another place, or the end of the line */
  constructor(value: T, behind: Links<T>) {
    super();
    this.value = value;
    this.previous = behind.previous;
    this.next = behind;
    behind.previous.next = this;
    behind.previous = this;
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
