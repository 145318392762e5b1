import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { Session } from "../../server/session.ts";
import { type Exchange, unasked } from "./exchange.ts";
import type { FaultBook, FaultOccasion, Pending } from "./fault-book.ts";
import type { SettledFault } from "./settled-fault.ts";

/** What a connection knows of itself when a fault may strike. */
export interface Circumstances {
  /** Which connection of the server it is. */
  readonly connection: number;
  readonly session: Session;
  readonly envelope: ReceivedEnvelope;
}

/** The occasions on which faults may strike one connection. */
export class Occasions {
  readonly #book: FaultBook;
  readonly #circumstances: () => Circumstances;
  /** Stands for the transaction. */
  #transaction = {};

  constructor(book: FaultBook, circumstances: () => Circumstances) {
    this.#book = book;
    this.#circumstances = circumstances;
  }

  /** The next transaction begins. */
  begin(): void {
    this.#transaction = {};
  }

  /** The fault that strikes now. */
  pick(exchange: Exchange): SettledFault | undefined {
    return this.#book.pick(this.#at(exchange));
  }

  /** The fault that strikes amid the content that begins, if enough of it comes. */
  reserve(): Pending | undefined {
    return this.#book.reserve(this.#at(unasked("content")));
  }

  /** In LMTP, the faults of the replies to a message, one for each recipient, up to one behind which there are no replies. */
  pickFinals(): (SettledFault | undefined)[] {
    const picked: (SettledFault | undefined)[] = [];
    for (const { address } of this.#circumstances().envelope.to) {
      const fault = this.pick({ ...unasked("final"), recipient: address.toString() });
      picked.push(fault);
      if (fault?.stall || fault?.drop !== undefined) break;
    }
    return picked;
  }

  #at({ at, line, recipient, sender }: Exchange): FaultOccasion {
    const known = this.#circumstances();
    return {
      ...known,
      at,
      line,
      recipient,
      sender: sender ?? known.envelope.from?.toString(),
      connectionScope: this,
      transactionScope: this.#transaction,
    };
  }
}
