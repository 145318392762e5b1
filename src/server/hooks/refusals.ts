import type { Reply } from "../../protocol/reply.ts";
import type { EnvelopeRecipient, ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import { refuseOption, wrongChoice, wrongOption } from "../../text/options/option-reader.ts";
import type { Session } from "../connection/session.ts";

/** The recipients for whom a message is refused, as LMTP allows (RFC 2033 section 4.2). */
export class Refusals {
  readonly #lmtp: boolean;
  readonly #envelope: ReceivedEnvelope;
  #replies: Map<EnvelopeRecipient, Reply> | undefined;

  constructor({ hello }: Session, envelope: ReceivedEnvelope) {
    this.#lmtp = hello?.verb === "LHLO";
    this.#envelope = envelope;
  }

  /**
   * @throws EnvoiError of kind `"configuration"` in SMTP, for another recipient, and for a reply that does not refuse.
   */
  add(recipient: EnvelopeRecipient, reply: Reply | undefined): void {
    if (!this.#lmtp)
      throw refuseOption(
        "refuse",
        "works in LMTP only",
        "SMTP accepts or refuses a message for all recipients",
      );
    if (!this.#envelope.to.includes(recipient))
      throw wrongOption("recipient", "one of envelope.to", recipient);
    if (reply === undefined || reply.positive)
      throw wrongChoice("reply", "a refusal, 4xx or 5xx", reply && String(reply));
    this.#replies ??= new Map();
    this.#replies.set(recipient, reply);
  }

  /** The verdict for all recipients, or one for each. */
  with(verdict: Reply | undefined): ContentVerdict {
    const replies = this.#replies;
    if (replies === undefined || verdict?.positive === false) return verdict;
    return this.#envelope.to.map((recipient) => replies.get(recipient) ?? verdict);
  }
}
