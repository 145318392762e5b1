import type { ClaimedMail } from "./claimed-mail.ts";

/** The queue of one tenant and one priority, and the last mail that was claimed from it. */
export interface Head {
  readonly tenant: string;
  readonly priority: number;
  readonly id: string;
}

/** The queues of one tenant, by their priority. */
type Queues = Map<number, Head>;

/**
 * Where a worker goes on claiming: behind the last mail of each queue. What comes in front of that is found by the next
 * round of looks, which goes through all tenants: mails of other tenants, of higher priority, and those that are tried
 * again. Times are those of the monotonic clock.
 */
export class Heads {
  /** The tenant that was served longest ago comes first. */
  #tenants = new Map<string, Queues>();
  /** The queues before the round that is under way. */
  #before: ReadonlyMap<string, Queues> | undefined;
  /** Milliseconds that the looks of this round took. */
  #looking = 0;
  /** When the next round is due. */
  #until = 0;

  /**
   * The queues to go on with, of at most `most` tenants; none if a look is due.
   *
   * @param blocked tenants that have no turn now
   */
  at(now: number, most: number, blocked: readonly string[]): readonly Head[] {
    const heads: Head[] = [];
    if (this.#before !== undefined || now >= this.#until) return heads;
    let tenants = 0;
    for (const [tenant, queues] of this.#tenants) {
      if (blocked.includes(tenant)) continue;
      heads.push(...queues.values());
      if (++tenants === most) break;
    }
    return heads;
  }

  /**
   * A look found these mails.
   *
   * @param end whether it reached the last tenant, so the round has ended
   */
  looked(mails: readonly ClaimedMail[], began: number, ended: number, end: boolean): void {
    if (this.#before === undefined) {
      this.#before = this.#tenants;
      this.#tenants = new Map();
      this.#looking = 0;
    }
    this.#add(mails, this.#before);
    this.#looking += ended - began;
    if (!end) return;
    this.#before = undefined;
    this.#until = ended + Math.min(LONGEST, Math.max(SHORTEST, 10 * this.#looking));
  }

  /** Going on from these heads found these mails, of at most `share` for each tenant. */
  wentOn(heads: readonly Head[], mails: readonly ClaimedMail[], share: number): void {
    const found = new Map<string, number>();
    for (const { tenant } of mails) found.set(tenant, (found.get(tenant) ?? 0) + 1);
    for (const tenant of new Set(heads.map((head) => head.tenant))) {
      const queues = this.#tenants.get(tenant) ?? new Map();
      this.#tenants.delete(tenant);
      const count = found.get(tenant) ?? 0;
      // Behind others now. Without any mail its queues are empty.
      if (count > 0) this.#tenants.set(tenant, queues);
      // With less than its share, those that gave nothing are empty.
      if (count > 0 && count < share) {
        const gave = new Set(mails.filter((mail) => mail.tenant === tenant).map(({ priority }) => priority));
        for (const priority of queues.keys()) if (!gave.has(priority)) queues.delete(priority);
      }
    }
    this.#add(mails, this.#tenants);
  }

  /** A mail that is tried again lies before where its queue was, and does not move it back. */
  #add(mails: readonly ClaimedMail[], before: ReadonlyMap<string, Queues>): void {
    for (const { tenant, priority, id } of mails) {
      const queues: Queues = this.#tenants.get(tenant) ?? new Map();
      this.#tenants.set(tenant, queues);
      const last = queues.get(priority) ?? before.get(tenant)?.get(priority);
      queues.set(
        priority,
        last === undefined || BigInt(id) > BigInt(last.id) ? { tenant, priority, id } : last,
      );
    }
  }
}

/** Milliseconds for which a worker goes on without a look at everything: the longer, the longer looks take. */
const SHORTEST = 100;
const LONGEST = 250;
