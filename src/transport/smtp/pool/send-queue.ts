import { LinkedQueue } from "../../linked-queue.ts";
import type { PendingMail } from "./pending-mail.ts";

/**
 * What waits for a connection: by priority, and in the order in which it came if that is the same. What has waited
 * before comes back to its old place.
 *
 * Pending mails that need a connection of their own stand apart: they are only for one that has carried nothing yet,
 * and come first there.
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

  /** The number of the pending mail that came last. */
  get latest(): number {
    return this.#latest;
  }

  /** Puts a pending mail in its place: the last of its priority, or where it stood before. */
  put(pending: PendingMail): void {
    const returns = pending.number > 0;
    if (!returns) pending.number = ++this.#latest;
    (pending.wantsOwn ? this.#own : this.#usual).put(pending, returns);
  }

  /** The one that a fresh connection would be for. */
  get first(): PendingMail | undefined {
    return this.#own.first ?? this.#usual.first;
  }

  /** The next, which leaves; `undefined` if nothing waits that a connection, `fresh` or not, may take. */
  take(fresh: boolean): PendingMail | undefined {
    const pending = fresh ? this.first : this.#usual.first;
    if (pending !== undefined) this.leave(pending);
    return pending;
  }

  /** Takes a pending mail out of the queue; whether it was there. */
  leave(pending: PendingMail): boolean {
    return (pending.wantsOwn ? this.#own : this.#usual).leave(pending);
  }

  /** All that came no later than the pending mail of this number. */
  upTo(number: number): PendingMail[] {
    return [...this.#own.all(), ...this.#usual.all()].filter((pending) => pending.number <= number);
  }
}

/** A line for each priority that has been seen, the highest in front. */
class Lines {
  readonly #lines: { readonly priority: number; readonly line: LinkedQueue<PendingMail> }[] = [];
  size = 0;

  put(pending: PendingMail, returns: boolean): void {
    const line = this.#line(pending.submission.priority);
    this.size++;
    // What comes for the first time has the highest number. What comes back is older, and has few in front of it.
    pending.place = returns
      ? line.insert(pending, ({ number }) => number > pending.number)
      : line.append(pending);
  }

  get first(): PendingMail | undefined {
    if (this.size === 0) return undefined;
    for (const { line } of this.#lines) {
      const pending = line.first;
      if (pending !== undefined) return pending;
    }
    return undefined;
  }

  leave({ place }: PendingMail): boolean {
    const waited = place?.leave() === true;
    if (waited) this.size--;
    return waited;
  }

  *all(): Iterable<PendingMail> {
    for (const { line } of this.#lines) yield* line;
  }

  #line(priority: number): LinkedQueue<PendingMail> {
    for (const known of this.#lines) if (known.priority === priority) return known.line;
    const line = new LinkedQueue<PendingMail>();
    this.#lines.push({ priority, line });
    this.#lines.sort((a, b) => b.priority - a.priority);
    return line;
  }
}
