import type { Address } from "../../../address/address.ts";
import { Envelope } from "../../../address/envelope.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { Limits } from "../../../protocol/extensions.ts";
import type { Failure } from "../../../protocol/failure.ts";
import type { Reply } from "../../../protocol/reply.ts";
import type { RecipientOutcome } from "../../../protocol/send-report.ts";

/**
 * One mail in several transactions, because it has more recipients than the server takes in one (RFC 9422, or 452 4.5.3
 * to RCPT). The outcomes go into one report.
 */
export class RecipientBatches {
  readonly #envelope: Envelope;
  readonly #outcomes: RecipientOutcome[];
  /** The indexes of the recipients that are still to be sent to, and how many of them are done. */
  readonly #waiting: number[];
  #taken = 0;
  /** The indexes of the recipients of the current transaction. */
  #current: number[];
  /** How many recipients the server has accepted in one transaction. */
  #most = Number.POSITIVE_INFINITY;
  #halted = false;
  #reply: Reply | undefined;
  #failure: Failure | undefined;

  /** Divides a mail by `limits`; without them, a mail whose first transaction is done. */
  constructor(envelope: Envelope, limits?: Limits) {
    this.#envelope = envelope;
    this.#outcomes = envelope.to.map((recipient) => ({ recipient, outcome: "not-sent" }));
    const places = [...envelope.to.keys()];
    this.#current = limits === undefined ? places : [];
    this.#waiting = limits === undefined ? [] : byDomain(places, envelope.to, limits);
  }

  /** Whether another transaction is needed. */
  get goesOn(): boolean {
    return !this.#halted && this.#taken < this.#waiting.length;
  }

  /** The envelope of the next transaction. */
  next({
    RCPTMAX = Number.POSITIVE_INFINITY,
    RCPTDOMAINMAX = Number.POSITIVE_INFINITY,
  }: Limits = {}): Envelope {
    const most = Math.min(RCPTMAX, this.#most);
    const domains = new Set<string>();
    this.#current = [];
    for (; this.#taken < this.#waiting.length && this.#current.length < most; this.#taken++) {
      const place = this.#waiting[this.#taken] as number;
      const { domain } = this.#recipient(place);
      if (!domains.has(domain) && domains.size === RCPTDOMAINMAX) break;
      domains.add(domain);
      this.#current.push(place);
    }
    return Envelope.of(
      this.#envelope.from,
      this.#current.map((place) => this.#recipient(place)),
    );
  }

  /** The transaction that `next` returned must be sent again from the beginning. */
  putBack(): void {
    this.#taken -= this.#current.length;
  }

  /**
   * Records the outcome of the current transaction. Recipients that were too many for the server go into another one;
   * with `again`, also all others that were not sent to.
   */
  settle({ recipients, reply, failure, surplus = [] }: TransactionOutcome, again = false): void {
    const left = new Set(surplus);
    for (const [i, place] of this.#current.entries()) {
      const told = recipients[i];
      if (told === undefined) continue;
      this.#outcomes[place] = told;
      if (again && told.outcome === "not-sent") left.add(i);
      if (left.has(i)) this.#waiting.push(place);
    }
    if (surplus.length > 0) this.#most = this.#current.length - surplus.length;
    this.#halted = recipients.some(
      ({ outcome }, i) => outcome === "unknown" || (outcome === "not-sent" && !left.has(i)),
    );
    if (this.#reply?.positive !== true) this.#reply = reply ?? this.#reply;
    if (this.#halted) this.#failure = failure;
    else this.#failure ??= failure;
  }

  /** Returns the outcome of the mail; `failure` is why the rest was not sent. */
  close(failure?: Failure): TransactionOutcome {
    return {
      recipients: this.#outcomes,
      reply: this.#reply,
      failure: failure ?? this.#failure,
      reusable: false,
    };
  }

  #recipient(place: number): Address {
    return this.#envelope.to[place] as Address;
  }
}

/** Whether a mail has more recipients than one transaction takes. */
export function isTooMuch({ to }: Envelope, { RCPTMAX, RCPTDOMAINMAX }: Limits): boolean {
  if (RCPTMAX !== undefined && to.length > RCPTMAX) return true;
  if (RCPTDOMAINMAX === undefined || to.length <= RCPTDOMAINMAX) return false;
  return new Set(to.map(({ domain }) => domain)).size > RCPTDOMAINMAX;
}

/** If the server limits the domains, the recipients of one domain are adjacent. */
function byDomain(places: number[], to: readonly Address[], { RCPTDOMAINMAX }: Limits): number[] {
  if (RCPTDOMAINMAX === undefined) return places;
  const domains = new Map<string, number[]>();
  for (const place of places) {
    const { domain } = to[place] as Address;
    const others = domains.get(domain);
    if (others === undefined) domains.set(domain, [place]);
    else others.push(place);
  }
  return [...domains.values()].flat();
}
