import { LinkedQueue } from "../../linked-queue.ts";
import type { PendingMail } from "./pending-mail.ts";

/**
 * The mails that wait for a connection, by priority and then in the order of arrival. A mail that returns gets its old
 * place.
 *
 * Mails that need a connection of their own are kept apart: only a connection that has carried no mail takes them, and
 * it takes them first.
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

  /** How many can use any connection. */
  get usual(): number {
    return this.#usual.size;
  }

  /** The number of the mail that arrived last. */
  get latest(): number {
    return this.#latest;
  }

  /** Adds a mail: as the last of its priority, or at its old place. */
  put(pending: PendingMail): void {
    const returns = pending.number > 0;
    if (!returns) pending.number = ++this.#latest;
    (pending.wantsOwn ? this.#own : this.#usual).put(pending, returns);
  }

  /** The mail that a fresh connection would take. */
  get first(): PendingMail | undefined {
    return this.#own.first ?? this.#usual.first;
  }

  /** Removes and returns the next mail; `undefined` if none waits that a connection, `fresh` or not, may take. */
  take(fresh: boolean): PendingMail | undefined {
    const pending = fresh ? this.first : this.#usual.first;
    if (pending !== undefined) this.leave(pending);
    return pending;
  }

  /** Removes a mail from the queue. Returns whether it was there. */
  leave(pending: PendingMail): boolean {
    return (pending.wantsOwn ? this.#own : this.#usual).leave(pending);
  }

  /** All mails that arrived no later than the mail with this number. */
  upTo(number: number): PendingMail[] {
    return [...this.#own.all(), ...this.#usual.all()].filter((pending) => pending.number <= number);
  }
}

/** A line for each priority that occurred, the highest first. */
class Lines {
  readonly #lines: { readonly priority: number; readonly line: LinkedQueue<PendingMail> }[] = [];
  size = 0;

  put(pending: PendingMail, returns: boolean): void {
    const line = this.#line(pending.submission.priority);
    this.size++;
    // A new mail has the highest number. A mail that returns is older, and few are before it.
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
