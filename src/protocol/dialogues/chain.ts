import type { Dialect } from "../dialect.ts";
import type { Dialogue } from "../dialogue.ts";
import type { Failure } from "../failure.ts";
import type { Phase } from "../phase.ts";
import type { TransactionOutcome } from "./ledger.ts";
import type { ChainEnd, ConnectionState, MailChain } from "./mail-chain.ts";
import { behind, type ChainedMail, MailInFlight, untouched } from "./mail-in-flight.ts";
import { envelopeFlight, type TransactionManner, transaction } from "./transaction.ts";

/** How the mails of a chain are sent. */
export interface ChainManner {
  readonly pipelining: boolean;
  /** Chained: the content of a mail and the envelope of the next go out together (RFC 2920 3.1). */
  readonly chaining: boolean;
  /** The default is SMTP. */
  readonly dialect?: Dialect | undefined;
}

/**
 * Sends mails one after another. At most two are under way at a time: the one whose final reply is awaited, and the one
 * whose envelope was sent after its content.
 */
export class Chain implements MailChain {
  readonly #next: () => ChainedMail | undefined;
  readonly #pipelining: boolean;
  readonly #dialect: Dialect | undefined;
  #chaining: boolean;
  #current: MailInFlight | undefined;
  #following: MailInFlight | undefined;
  /** The server has the envelope of a cancelled mail: the connection ends with the mail before it. */
  #cut = false;
  /** The server has refused an envelope that followed content, as Haraka does. */
  #refused = false;

  /** @param next returns the next mail, if one waits */
  constructor(next: () => ChainedMail | undefined, { pipelining, chaining, dialect }: ChainManner) {
    this.#next = next;
    this.#dialect = dialect;
    this.#pipelining = pipelining;
    this.#chaining = pipelining && chaining;
  }

  *handOver(first: ChainedMail, { stale, unclean }: ConnectionState): Dialogue<ChainEnd> {
    let inFlight: MailInFlight | undefined = new MailInFlight(first, this.#dialect);
    let reset = stale || unclean;
    let said = false;
    const follow = () => this.#follow();
    while (inFlight !== undefined) {
      this.#current = inFlight;
      this.#following = undefined;
      const manner: TransactionManner = {
        pipelining: this.#pipelining,
        dialect: this.#dialect,
        reset,
        said,
        follow: this.#chaining ? follow : undefined,
      };
      const outcome: TransactionOutcome = yield* transaction(inFlight.mail, manner, inFlight.ledger);
      const refused = said && inFlight.ledger.maySayAgain;
      if (refused) {
        this.#refused = true;
        this.#chaining = false;
      }
      if (refused && inFlight.mail.once !== true) {
        said = false;
        reset = true;
        inFlight = new MailInFlight(inFlight.mail, this.#dialect);
        inFlight.ledger.used = true;
        continue;
      }
      inFlight.settle(outcome);
      // It may have been set while the transaction was played.
      const following = this.#following as MailInFlight | undefined;
      if (!outcome.reusable || this.#cut) {
        following?.settle(untouched(following.mail, behind(outcome.failure)));
        return this.#end(false, reset);
      }
      said = following !== undefined;
      reset = !said && outcome.failure !== undefined;
      inFlight = following ?? this.#nextInFlight();
    }
    return this.#end(true, reset);
  }

  /**
   * See {@link MailChain.callOff}. If only the envelope of the mail was sent, the mail is not sent, and none follows
   * the one before it.
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
    // The envelope of the next mail was sent together with the rest of this one.
    current.giveUp(reason("final"));
    return !following.settled;
  }

  #end(reusable: boolean, unclean: boolean): ChainEnd {
    return { reusable, unclean, chainingRefused: this.#refused };
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
