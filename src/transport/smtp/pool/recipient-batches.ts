import type { Address } from "../../../address/address.ts";
import { Envelope } from "../../../address/envelope.ts";
import type { TransactionOutcome } from "../../../protocol/dialogues/ledger.ts";
import type { Limits } from "../../../protocol/extensions.ts";
import type { Failure } from "../../../protocol/failure.ts";
import type { Reply } from "../../../protocol/reply.ts";
import type { RecipientOutcome } from "../../../protocol/send-report.ts";

/**
 * One mail over several transactions: its recipients are more than the server takes in one (RFC 9422, and 452 4.5.3 to
 * RCPT), and what becomes of each goes into one report.
 */
export class RecipientBatches {
  readonly #envelope: Envelope;
  readonly #outcomes: RecipientOutcome[];
  /** The places of those still to be sent to, and how many of them are behind us. */
  readonly #waiting: number[];
  #taken = 0;
  /** The places of those in the transaction under way. */
  #current: number[];
  /** As many as the server has been seen to take. */
  #most = Number.POSITIVE_INFINITY;
  #halted = false;
  #reply: Reply | undefined;
  #failure: Failure | undefined;

  /** Of a mail that is to be divided by `limits`, or, without them, of one of which the first transaction is done. */
  constructor(envelope: Envelope, limits?: Limits) {
    this.#envelope = envelope;
    this.#outcomes = envelope.to.map((recipient) => ({ recipient, outcome: "not-sent" }));
    const places = [...envelope.to.keys()];
    this.#current = limits === undefined ? places : [];
    this.#waiting = limits === undefined ? [] : byDomain(places, envelope.to, limits);
  }

  /** Whether there is another transaction to be said. */
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

  /** The transaction that `next` gave has to be said again, from its beginning. */
  putBack(): void {
    this.#taken -= this.#current.length;
  }

  /**
   * Takes down what the transaction under way came to. Those that the server has found too many go into another; so do,
   * with `again`, all that were not sent.
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

  /** What the mail has come to; `failure` kept the rest of it from being sent. */
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

/** The recipients of a domain stand together where domains count. */
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
