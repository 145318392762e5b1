import type { ExitStatus } from "../../exit-status.ts";
import { type MailOutcome, statusOf, worstOf } from "../outcome-status.ts";

/** How many mails of a run had which outcome, those of earlier runs included. */
export class Totals {
  readonly #counts: Record<MailOutcome, number> = {
    accepted: 0,
    refused: 0,
    later: 0,
    unknown: 0,
    "not-built": 0,
  };
  /** Those of {@link counts} that are known from earlier runs. */
  earlier = 0;

  add(outcome: MailOutcome, earlier = false): void {
    this.#counts[outcome]++;
    if (earlier) this.earlier++;
  }

  get counts(): Readonly<Record<MailOutcome, number>> {
    return this.#counts;
  }

  /** How many rows have an outcome. */
  get done(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0);
  }

  /** The exit status. Rows that were not reached can be sent later. */
  status(complete: boolean): ExitStatus {
    const found = (Object.keys(this.#counts) as MailOutcome[]).filter((outcome) => this.#counts[outcome] > 0);
    return statusOf[worstOf(complete ? found : [...found, "later"])];
  }
}
