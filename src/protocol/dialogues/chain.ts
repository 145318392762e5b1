import type { Dialect } from "../dialect.ts";
import type { Dialogue } from "../dialogue.ts";
import type { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { TransactionOutcome } from "./ledger.ts";
import { behind, type ChainedMail, MailInFlight, untouched } from "./mail-in-flight.ts";
import { envelopeFlight, transaction } from "./transaction.ts";

/** How the mails of a chain are said. */
export interface ChainManner {
  readonly pipelining: boolean;
  /** Chained: the content of a mail and the envelope of the next go out together (RFC 2920 3.1). */
  readonly chaining: boolean;
  /** SMTP without this. */
  readonly dialect?: Dialect | undefined;
}

/** How a chain ended. */
export interface ChainEnd {
  /** Whether the connection is fit for another mail. */
  readonly reusable: boolean;
  /** Whether RSET has to go before it. */
  readonly reset: boolean;
}

/**
 * Mails handed over one after the other on one connection. At most two are under way at a time: the one whose final
 * reply is awaited, and the one whose envelope went out behind its content.
 */
export class Chain {
  readonly #next: () => ChainedMail | undefined;
  readonly #pipelining: boolean;
  readonly #dialect: Dialect | undefined;
  #chaining: boolean;
  #current: MailInFlight | undefined;
  #following: MailInFlight | undefined;
  /** An envelope that was called off lies at the server: the connection ends with the mail before. */
  #cut = false;

  /** `next` gives the mail to come, or nothing where none waits. */
  constructor(next: () => ChainedMail | undefined, { pipelining, chaining, dialect }: ChainManner) {
    this.#next = next;
    this.#dialect = dialect;
    this.#pipelining = pipelining;
    this.#chaining = pipelining && chaining;
  }

  /** Whether the server has been seen to refuse an envelope behind content, as Haraka does. */
  refused = false;

  /** Hands over `first`, and what `next` gives behind it, until it gives nothing or the connection is done for. */
  *handOver(first: ChainedMail, resetFirst: boolean): Dialogue<ChainEnd> {
    let inFlight: MailInFlight | undefined = new MailInFlight(first, this.#dialect);
    let reset = resetFirst;
    let said = false;
    while (inFlight !== undefined) {
      this.#current = inFlight;
      this.#following = undefined;
      const follow = this.#chaining ? () => this.#follow() : undefined;
      const manner = { pipelining: this.#pipelining, dialect: this.#dialect, reset, said, follow };
      const outcome: TransactionOutcome = yield* transaction(inFlight.mail, manner, inFlight.ledger);
      if (said && inFlight.ledger.maySayAgain) {
        this.refused = true;
        this.#chaining = false;
        said = false;
        reset = true;
        inFlight = new MailInFlight(inFlight.mail, this.#dialect);
        inFlight.ledger.used = true;
        continue;
      }
      inFlight.settle(outcome);
      // Set, perhaps, while the transaction was played.
      const following = this.#following as MailInFlight | undefined;
      if (!outcome.reusable || this.#cut) {
        following?.settle(untouched(following.mail, behind(outcome.failure)));
        return { reusable: false, reset };
      }
      said = following !== undefined;
      reset = !said && outcome.failure !== undefined;
      inFlight = following ?? this.#nextInFlight();
    }
    return { reusable: true, reset };
  }

  /**
   * Calls a mail off without touching any other; whether that could be done. It could not where no other is under way:
   * then the connection is to be cut.
   *
   * A mail whose content is out is unknown from now on, and its late reply is dropped. One of which only the envelope
   * is out is not sent, and no mail comes after the one before it.
   */
  callOff(mail: ChainedMail, reason: (phase: Phase) => Failure): boolean {
    const current = this.#current;
    const following = this.#following;
    if (current === undefined || following === undefined) return false;
    if (following.mail === mail) {
      this.#cut = true;
      following.settle(untouched(mail, reason("mail")));
      return !current.settled;
    }
    // The envelope of the next went out together with all that was left of it.
    current.ledger.handedOver = true;
    current.ledger.interrupted = reason("final");
    current.settle(current.ledger.close());
    current.ledger.interrupted = undefined;
    return !following.settled;
  }

  #follow(): string {
    this.#following = this.#nextInFlight();
    return this.#following === undefined ? "" : envelopeFlight(this.#following.mail);
  }

  #nextInFlight(): MailInFlight | undefined {
    const mail = this.#next();
    return mail && new MailInFlight(mail, this.#dialect);
  }
}
