import type { Delivery } from "../../errors.ts";

/** Mails counted by their outcomes. */
export interface SendCounts {
  /** Mails that have an outcome. */
  readonly total: number;
  /** Those that were sent. */
  readonly ok: number;
  /** Those that were not: the three that follow together. */
  readonly failed: number;
  /** Those that failed with `delivery` `"not-sent"`. */
  readonly notSent: number;
  /** Those that failed with `delivery` `"refused"`. */
  readonly refused: number;
  /** Those that failed with `delivery` `"unknown"`. */
  readonly unknown: number;
}

/** Counts outcomes. */
export class Tally {
  readonly #of = { ok: 0, "not-sent": 0, refused: 0, unknown: 0 };

  add(outcome: "ok" | Delivery): void {
    this.#of[outcome]++;
  }

  get counts(): SendCounts {
    const { ok, "not-sent": notSent, refused, unknown } = this.#of;
    const failed = notSent + refused + unknown;
    return { total: ok + failed, ok, failed, notSent, refused, unknown };
  }
}
