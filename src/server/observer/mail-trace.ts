import type { Journal } from "../../net/journal.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import { type ServerClientEvent, type ServerMailEvent, serverChannels } from "./server-events.ts";
import { failed, ServerTrace } from "./server-trace.ts";

/** Reports one message, from its first byte to the decision about it. */
export class MailTrace {
  readonly #journal: Journal;
  readonly #trace: ServerTrace<ServerMailEvent>;

  constructor(journal: Journal, client: ServerClientEvent, { from, to }: ReceivedEnvelope) {
    this.#journal = journal;
    const addresses = journal.logAddresses && {
      from: from === null ? null : from.toString(),
      to: to.map(({ address }) => address.toString()),
    };
    const event: ServerMailEvent = { ...client, recipients: to.length, ...addresses };
    this.#trace = new ServerTrace(journal, serverChannels.mail, event);
  }

  /** There is a decision about it. */
  judged(verdict: ContentVerdict, octets: number): void {
    const { recipients } = this.#trace.event;
    const replies: readonly (Reply | undefined)[] = Array.isArray(verdict)
      ? verdict
      : Array<Reply | undefined>(recipients).fill(verdict as Reply | undefined);
    const refusals = replies.filter((reply) => reply !== undefined && !reply.positive);
    const refusal = refusals[0];
    const refused = refusals.length;
    const event = this.#trace.end({
      octets,
      accepted: recipients - refused,
      refused,
      ...(refusal && { reply: this.#journal.reply(refusal) }),
    });
    if (refused === 0) this.#journal.log("info", event, "the message was accepted");
    else if (refused < recipients)
      this.#journal.log("warn", event, "the message was refused for some recipients");
    else this.#journal.log("warn", event, "the message was refused");
  }

  /** The client has given it up, or is gone. */
  abandoned(octets: number): void {
    this.#trace.end({ octets }, failed("aborted", "the message did not arrive whole"));
  }
}
