import type { ClaimedMail } from "./claimed-mail.ts";

/** The queue of one tenant and one priority, and the last mail that was claimed from it. */
interface Head {
  readonly tenant: string;
  readonly priority: number;
  readonly id: string;
}

/**
 * Where a worker goes on claiming: behind the last mail of each queue. What comes in front of that is found by the next
 * look at everything: mails of other tenants, of higher priority, and those that are tried again.
 */
export class Heads {
  #heads = new Map<string, Head>();
  /** When the next look at everything is due, by the monotonic clock. */
  #until = 0;

  /** The queues to go on with; none if everything is to be looked at. */
  at(now: number, blocked: readonly string[]): readonly Head[] {
    if (now >= this.#until) return [];
    return [...this.#heads.values()].filter(({ tenant }) => !blocked.includes(tenant));
  }

  /** A look at everything found these mails. */
  looked(mails: readonly ClaimedMail[], began: number, ended: number): void {
    const before = this.#heads;
    this.#heads = new Map();
    this.#add(mails, before);
    this.#until = ended + Math.min(LONGEST, Math.max(SHORTEST, 10 * (ended - began)));
  }

  /** Going on found these mails. A queue without any is empty. */
  wentOn(mails: readonly ClaimedMail[]): void {
    const before = this.#heads;
    this.#heads = new Map();
    this.#add(mails, before);
  }

  /** Forgets everything. */
  clear(): void {
    this.#heads.clear();
  }

  #add(mails: readonly ClaimedMail[], before: ReadonlyMap<string, Head>): void {
    for (const { tenant, priority, id } of mails) {
      const queue = `${priority} ${tenant}`;
      const last = this.#heads.get(queue) ?? before.get(queue);
      const later = last === undefined || BigInt(id) > BigInt(last.id) ? { tenant, priority, id } : last;
      this.#heads.set(queue, later);
    }
  }
}

/** Milliseconds for which a worker goes on without a look at everything: the longer, the longer a look takes. */
const SHORTEST = 100;
const LONGEST = 250;
