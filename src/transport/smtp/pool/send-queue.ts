import { Line } from "../../line.ts";
import type { Turn } from "./turn.ts";

/**
 * What waits for a connection: by priority, and in the order in which it came if that is the same. What has waited
 * before comes back to its old place.
 *
 * Turns that need a connection of their own stand apart: they are only for one that has carried nothing yet, and come
 * first there.
 */
export class SendQueue {
  readonly #usual: Lines = new Lines();
  readonly #own: Lines = new Lines();
  #latest = 0;

  /** How many wait. */
  get size(): number {
    return this.#usual.size + this.#own.size;
  }

  /** How many wait for a connection of their own. */
  get own(): number {
    return this.#own.size;
  }

  /** How many are for any connection. */
  get usual(): number {
    return this.#usual.size;
  }

  /** The number of the turn that came last. */
  get latest(): number {
    return this.#latest;
  }

  /** Puts a turn in its place: the last of its priority, or where it stood before. */
  put(turn: Turn): void {
    const returns = turn.number > 0;
    if (!returns) turn.number = ++this.#latest;
    (turn.wantsOwn ? this.#own : this.#usual).put(turn, returns);
  }

  /** The one that a fresh connection would be for. */
  get first(): Turn | undefined {
    return this.#own.first ?? this.#usual.first;
  }

  /** The next, which leaves; `undefined` if nothing waits that a connection, `fresh` or not, may take. */
  take(fresh: boolean): Turn | undefined {
    const turn = fresh ? this.first : this.#usual.first;
    if (turn !== undefined) this.leave(turn);
    return turn;
  }

  /** Takes a turn out of the queue; whether it was there. */
  leave(turn: Turn): boolean {
    return (turn.wantsOwn ? this.#own : this.#usual).leave(turn);
  }

  /** All that came no later than the turn of this number. */
  upTo(number: number): Turn[] {
    return [...this.#own.all(), ...this.#usual.all()].filter((turn) => turn.number <= number);
  }
}

/** A line for each priority that has been seen, the highest in front. */
class Lines {
  readonly #lines: { readonly priority: number; readonly line: Line<Turn> }[] = [];
  size = 0;

  put(turn: Turn, returns: boolean): void {
    const line = this.#line(turn.submission.priority);
    this.size++;
    // What comes for the first time has the highest number. What comes back is older, and has few in front of it.
    turn.place = returns ? line.insert(turn, ({ number }) => number > turn.number) : line.append(turn);
  }

  get first(): Turn | undefined {
    if (this.size === 0) return undefined;
    for (const { line } of this.#lines) {
      const turn = line.first;
      if (turn !== undefined) return turn;
    }
    return undefined;
  }

  leave({ place }: Turn): boolean {
    const waited = place?.leave() === true;
    if (waited) this.size--;
    return waited;
  }

  *all(): Iterable<Turn> {
    for (const { line } of this.#lines) yield* line;
  }

  #line(priority: number): Line<Turn> {
    for (const known of this.#lines) if (known.priority === priority) return known.line;
    const line = new Line<Turn>();
    this.#lines.push({ priority, line });
    this.#lines.sort((a, b) => b.priority - a.priority);
    return line;
  }
}
