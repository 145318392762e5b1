import { type Journal, tellable } from "../../../net/journal.ts";
import type { SmtpError } from "../../../protocol/send-error.ts";
import type { SendReport } from "../../../protocol/send-report.ts";
import { channels, type SendEvent } from "./events.ts";

/** Reports one mail, from the call of `send` to its outcome. */
export class SendObserver {
  readonly #journal: Journal;
  readonly #event: SendEvent;
  readonly #begun: number = performance.now();

  constructor(journal: Journal, event: SendEvent) {
    this.#journal = journal;
    this.#event = event;
    journal.publish(channels.send.start, event);
    journal.publish(channels.send.end, event);
  }

  /** It was accepted for at least one recipient. */
  sent(report: SendReport): void {
    this.#end(report);
    const event = this.#event;
    if (report.rejected.length === 0) this.#journal.log("info", event, "the mail was sent");
    else this.#journal.log("warn", event, "the mail was sent, and refused for some recipients");
  }

  failed(error: SmtpError): void {
    const event = this.#event;
    event.error = tellable(error);
    this.#journal.publish(channels.send.error, event);
    this.#end(error.report);
    const { phase, reply } = error;
    const codes = { phase, code: reply?.code, enhancedCode: reply?.enhancedCode };
    this.#journal.log(
      "error",
      { ...event, error: { ...event.error.toJSON(), ...codes } },
      said[error.delivery],
    );
  }

  #end({ accepted, rejected, reply }: SendReport): void {
    const event = this.#event;
    event.accepted = accepted.length;
    event.refused = rejected.length;
    if (reply !== undefined) event.reply = this.#journal.reply(reply);
    event.duration = performance.now() - this.#begun;
    this.#journal.publish(channels.send.asyncStart, event);
    this.#journal.publish(channels.send.asyncEnd, event);
  }
}

const said = {
  "not-sent": "the mail was not sent",
  refused: "the mail was refused",
  unknown: "it is unknown whether the mail was sent",
} as const;
