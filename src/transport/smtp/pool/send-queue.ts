import { Line, type Place } from "../../line.ts";
import type { Submission } from "../submission.ts";

/** What waits for a connection: by priority, and in the order in which it came where that is the same. */
export class SendQueue {
  /** Those of every priority that has been seen, the highest in front. */
  readonly #lines: { readonly priority: number; readonly line: Line<Submission> }[] = [];
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  append(submission: Submission): Place<Submission> {
    this.#size++;
    return this.#line(submission.priority).append(submission);
  }

  /** The next, which leaves; `undefined` if nothing waits. */
  take(): Submission | undefined {
    if (this.#size === 0) return undefined;
    this.#size--;
    for (const { line } of this.#lines) {
      const submission = line.take();
      if (submission !== undefined) return submission;
    }
    return undefined;
  }

  /** Takes one out of its turn; whether it still waited. */
  leave(place: Place<Submission>): boolean {
    const waited = place.leave();
    if (waited) this.#size--;
    return waited;
  }

  #line(priority: number): Line<Submission> {
    for (const known of this.#lines) if (known.priority === priority) return known.line;
    const line = new Line<Submission>();
    this.#lines.push({ priority, line });
    this.#lines.sort((a, b) => b.priority - a.priority);
    return line;
  }
}
