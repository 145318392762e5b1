import type { ReceivedEnvelope } from "../../../protocol/server/envelope.ts";
import type { Session } from "../../../server/connection/session.ts";
import type { ResolvedFault } from "../definition/resolved-fault.ts";
import { type ClientLine, unprompted } from "../wire/client-line.ts";
import type { FaultBook, FaultContext, ReservedFault } from "./fault-book.ts";

/** What is known about a connection at a point at which a fault may strike. */
export interface ConnectionFacts {
  /** The number of the connection. */
  readonly connection: number;
  readonly session: Session;
  readonly envelope: ReceivedEnvelope;
}

/** Picks the faults that strike one connection. */
export class ConnectionFaults {
  readonly #book: FaultBook;
  readonly #facts: () => ConnectionFacts;
  /** Identifies the transaction. */
  #transaction = {};

  constructor(book: FaultBook, facts: () => ConnectionFacts) {
    this.#book = book;
    this.#facts = facts;
  }

  /** The next transaction begins. */
  begin(): void {
    this.#transaction = {};
  }

  /** The fault that strikes now. */
  pick(clientLine: ClientLine): ResolvedFault | undefined {
    return this.#book.isEmpty ? undefined : this.#book.pick(this.#at(clientLine));
  }

  /** The fault that strikes within the next content, if enough of it arrives. */
  reserve(): ReservedFault | undefined {
    return this.#book.isEmpty ? undefined : this.#book.reserve(this.#at(unprompted("content")));
  }

  /** In LMTP, the faults of the replies to a message, one for each recipient, up to one that ends the replies. */
  pickFinals(): (ResolvedFault | undefined)[] {
    const picked: (ResolvedFault | undefined)[] = [];
    for (const { address } of this.#facts().envelope.to) {
      const fault = this.pick({ ...unprompted("final"), recipient: address.toString() });
      picked.push(fault);
      if (fault?.stall || fault?.drop !== undefined) break;
    }
    return picked;
  }

  #at({ at, line, recipient, sender }: ClientLine): FaultContext {
    const known = this.#facts();
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
