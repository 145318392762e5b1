import { type EnvoiError, misconfigured } from "../../errors.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { EnvelopeRecipient, ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import type { Session } from "../connection/session.ts";

/** The recipients for whom a message is refused, which LMTP can tell apart (RFC 2033 4.2). */
export class Refusals {
  readonly #lmtp: boolean;
  readonly #envelope: ReceivedEnvelope;
  readonly #replies = new Map<EnvelopeRecipient, Reply>();

  constructor({ hello }: Session, envelope: ReceivedEnvelope) {
    this.#lmtp = hello?.verb === "LHLO";
    this.#envelope = envelope;
  }

  /** @throws EnvoiError of kind `"configuration"` in SMTP, for somebody else, and for a reply that refuses nothing. */
  add(recipient: EnvelopeRecipient, reply: Reply | undefined): void {
    if (!this.#lmtp) throw wrong("SMTP takes a message for all recipients or none");
    if (!this.#envelope.to.includes(recipient)) throw wrong("this is none of the recipients in the envelope");
    if (reply === undefined || reply.positive) throw wrong("the reply refuses nothing");
    this.#replies.set(recipient, reply);
  }

  /** What is said to all, or to each. */
  with(verdict: Reply | undefined): ContentVerdict {
    if (this.#replies.size === 0 || verdict?.positive === false) return verdict;
    return this.#envelope.to.map((recipient) => this.#replies.get(recipient) ?? verdict);
  }
}

function wrong(reason: string): EnvoiError {
  return misconfigured(`refuse: ${reason}`);
}
