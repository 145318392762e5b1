import { decodeWords } from "../mime/reading/encoded-words.ts";
import { type Entity, readStructure } from "../mime/reading/entity.ts";
import { firstValue, type ParsedHeader } from "../mime/reading/head.ts";
import { decodeBody } from "../mime/reading/transfer-encoding.ts";
import { guessText, loadTextDecoding, type TextDecoding } from "../text/charsets/web-charset.ts";
import { isAutoReply } from "./auto-reply.ts";
import { type DeliveryStatus, readDeliveryStatus } from "./delivery-status.ts";
import type { Feedback, FeedbackRecipient } from "./feedback.ts";
import { readFeedbackReport } from "./feedback-report.ts";
import { leaves, type Notice, type NoticeReport, readNotice } from "./notice.ts";
import { addressesIn, answeredMessageId, type Original, readOriginal } from "./original.ts";
import { type FeedbackSource, readReport } from "./report-source.ts";
import { completed, noticedRecipients, readTextBounce } from "./text-bounce.ts";

/**
 * Reads a mail that came back: a bounce, a notice of delay, a complaint or an automatic reply.
 *
 * Reports with a form come first: delivery reports (RFC 3464, in UTF-8 RFC 6533), feedback reports (RFC 5965),
 * automatic replies (RFC 3834). Then it reads the texts that servers write for people. A code that nobody told is
 * absent.
 *
 * A mail can be forged. What it says counts only if it came to a {@link BounceAddress}, or if somebody else proves
 * where it is from.
 *
 * @param raw the whole mail as it arrived. Only the first 8 MiB are read; time and memory are bounded whatever it is.
 * @throws EnvoiError of kind `"content"` if a stream fails, of kind `"configuration"` if it is no mail at all.
 *
 * @example
 * ```ts
 * const feedback = await readFeedback(server.messages[0]?.raw ?? "");
 * if (feedback.type === "bounce") {
 *   for (const { address, status, diagnostic } of feedback.recipients) console.log(address, status, diagnostic);
 * }
 * ```
 */
export async function readFeedback(raw: FeedbackSource): Promise<Feedback> {
  const message = structureOf(await readReport(raw));
  return feedbackOf(message, await wordDecoding(message));
}

/** Takes a mail apart; mailbox files put a line before its header. */
export function structureOf(octets: Buffer): Entity {
  const begin = octets.subarray(0, 5).toString("latin1");
  const lined = begin === "From " || begin === ">From";
  return readStructure(lined ? octets.subarray(octets.indexOf(0x0a) + 1) : octets).message;
}

/** What a mail says, whose subject is decoded so. */
export function feedbackOf(message: Entity, decode: TextDecoding): Feedback {
  const report = new Report(message, decode);
  return report.complaint() ?? report.delivery() ?? report.notice() ?? report.reply() ?? report.nothing();
}

/** A mail while it is read: each way of reading it returns `undefined` if it is not of that kind. */
class Report {
  readonly #fields: readonly ParsedHeader[];
  readonly #parts: readonly Entity[];
  readonly #subject: string;
  readonly #message: Entity;
  #read: { readonly notice: Notice; readonly original: Original } | undefined;

  constructor(message: Entity, decode: TextDecoding) {
    this.#message = message;
    this.#fields = message.fields;
    this.#parts = leaves(message);
    this.#subject = decodeWords((firstValue(message.fields, "subject") ?? "").slice(0, 2000), decode);
  }

  /** RFC 5965, and the complaints that Outlook.com sends without a report. */
  complaint(): Feedback | undefined {
    const [part] = this.#bodies("message/feedback-report");
    const { original } = this.#texts();
    if (part === undefined) {
      if (original.complainant === undefined || !/^complaint about message/i.test(this.#subject))
        return undefined;
      const recipients = [{ address: original.complainant }];
      return this.#feedback("complaint", "text", recipients, { complaint: "abuse" });
    }
    const { complains, recipients, ...rest } = readFeedbackReport(part);
    const fallback = original.complainant === undefined ? original.recipients : [original.complainant];
    const found =
      recipients.length > 0 || fallback.length !== 1 ? recipients : fallback.map((address) => ({ address }));
    return this.#feedback(complains ? "complaint" : "none", "feedback-report", found, rest);
  }

  /** RFC 3464. What went well is no bounce, and what is late is none yet. */
  delivery(): Feedback | undefined {
    const status = this.#deliveryStatus();
    if (status === undefined) return undefined;
    const { recipients: told, ...rest } = status;
    const recipients = completed(told, () => noticedRecipients(this.#notice()));
    const type = recipients.some(({ action }) => action === "failed")
      ? "bounce"
      : recipients.some(({ action }) => action === "delayed")
        ? "delay"
        : "none";
    return this.#feedback(type, "delivery-status", recipients, rest);
  }

  /** A text for people. A receipt (RFC 8098) is no bounce, whatever it says. */
  notice(): Feedback | undefined {
    if (this.#parts.some(({ type }) => /^message\/(?:global-)?disposition-notification$/.test(type.value)))
      return this.nothing();
    const read = readTextBounce(this.#notice());
    return read === undefined ? undefined : this.#feedback(read.type, "text", read.recipients, {});
  }

  /** RFC 3834. */
  reply(): Feedback | undefined {
    if (!isAutoReply(this.#fields, this.#subject)) return undefined;
    const authors = addressesIn(firstValue(this.#fields, "from") ?? "").slice(0, 1);
    return this.#feedback(
      "auto-reply",
      "automatic-reply",
      authors.map((address) => ({ address })),
      {},
    );
  }

  nothing(): Feedback {
    return this.#feedback("none", "other", [], {});
  }

  #feedback(
    type: Feedback["type"],
    source: Feedback["source"],
    recipients: readonly FeedbackRecipient[],
    more: Pick<Feedback, "envelopeId" | "reportingMta" | "complaint">,
  ): Feedback {
    const { original } = this.#texts();
    return {
      type,
      source,
      recipients,
      messageId: original.messageId ?? answeredMessageId(this.#fields),
      sentTo: this.#sentTo(),
      ...more,
    };
  }

  /** The addresses that brought the mail here: those of the envelope, as servers note them, and those of the header. */
  #sentTo(): string[] {
    const names = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-rcpt-to", "to", "cc"];
    const values = this.#fields.filter(({ name }) => names.includes(name.toLowerCase()));
    return [...new Set(values.flatMap(({ value }) => addressesIn(value)))].slice(0, 100);
  }

  #notice(): NoticeReport {
    const { notice, original } = this.#texts();
    return { fields: this.#fields, subject: this.#subject, lines: notice.lines, original };
  }

  #texts(): { readonly notice: Notice; readonly original: Original } {
    if (this.#read === undefined) {
      const notice = readNotice(this.#message);
      this.#read = {
        notice,
        original: readOriginal(notice.original),
      };
    }
    return this.#read;
  }

  /** There may be several; and some servers put the fields of a report into a text. */
  #deliveryStatus(): DeliveryStatus | undefined {
    const read = this.#bodies("message/delivery-status", "message/global-delivery-status").map(
      readDeliveryStatus,
    );
    const recipients = read.flatMap((each) => each.recipients);
    if (read[0] !== undefined && recipients.length > 0) return { ...read[0], recipients };
    const { lines } = this.#texts().notice;
    const at = lines.findIndex((line) => /^(?:final|original)-recipient: ?\S/i.test(line));
    if (at < 0 || !lines.some((line) => /^(?:action|status): ?\w/i.test(line))) return undefined;
    return readDeliveryStatus(Buffer.from(lines.join("\n")));
  }

  #bodies(...types: string[]): Buffer[] {
    const parts = this.#parts.filter(({ type }) => types.includes(type.value));
    return parts.map(({ body, encoding }) => decodeBody(body, encoding));
  }
}

/** The tables of charsets are loaded only if the subject has an encoded word. */
async function wordDecoding(message: Entity): Promise<TextDecoding> {
  return (firstValue(message.fields, "subject") ?? "").includes("=?") ? loadTextDecoding() : guessText;
}
