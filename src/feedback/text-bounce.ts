import { firstValue, type ParsedHeader } from "../mime/reading/head.ts";
import { oneLine } from "./diagnostic.ts";
import type { FeedbackRecipient } from "./feedback.ts";
import type { NoticeReport } from "./notice.ts";
import { type NoticedRecipient, recipientsInNotice } from "./notice-recipients.ts";
import { isDelayNotice, isFailureNotice, isFailureSubject, isMailSystem } from "./notice-words.ts";
import { addressesIn } from "./original.ts";
import { addressIn } from "./reported-address.ts";
import { withCodes } from "./severity.ts";

/** The report of a server that writes for people only; `undefined` if it is no such report. */
export function readTextBounce(
  report: NoticeReport,
): { readonly type: "bounce" | "delay"; readonly recipients: FeedbackRecipient[] } | undefined {
  const { fields, subject, lines } = report;
  const failed = failedRecipients(fields);
  if (failed.length === 0 && !isReport(report)) return undefined;
  const delayed = isDelayNotice(subject, lines);
  const action = delayed ? "delayed" : "failed";
  const recipients = recipientsInNotice(report, failed).map(({ address, text }) => {
    const diagnostic = oneLine(text);
    return withCodes({ address, action, diagnostic: diagnostic === "" ? undefined : diagnostic });
  });
  return { type: delayed ? "delay" : "bounce", recipients };
}

/** What the text of a report says of each recipient, for what its fields leave out. */
export function noticedRecipients(report: NoticeReport): readonly NoticedRecipient[] {
  return recipientsInNotice(report, failedRecipients(report.fields));
}

/**
 * Recipients of a report with a form, completed by its text: what a server said, if the form leaves it out; and the
 * address, if the form has a command or a host instead of it and both name equally many.
 */
export function completed(
  recipients: readonly FeedbackRecipient[],
  noticed: () => readonly NoticedRecipient[],
): readonly FeedbackRecipient[] {
  const isWhole = ({ address, diagnostic }: FeedbackRecipient): boolean =>
    diagnostic !== undefined && addressIn(address) !== undefined;
  if (recipients.every(isWhole)) return recipients;
  const texts = noticed();
  const byAddress = new Map(texts.map(({ address, text }) => [address.toLowerCase(), text]));
  return recipients.map((recipient, at) => {
    const isAddress = addressIn(recipient.address) !== undefined;
    const address =
      isAddress || texts.length !== recipients.length ? recipient.address : (texts[at]?.address ?? "");
    const said = oneLine(byAddress.get(address.toLowerCase()) ?? "");
    const diagnostic = recipient.diagnostic ?? (said === "" ? undefined : said);
    return withCodes({ ...recipient, address, diagnostic });
  });
}

/** Exim names the recipients in a field of the header. */
function failedRecipients(fields: readonly ParsedHeader[]): string[] {
  const values = fields.filter(({ name }) => name.toLowerCase() === "x-failed-recipients");
  return [...new Set(values.flatMap(({ value }) => addressesIn(value)))].slice(0, 1000);
}

/**
 * A mail system wrote it, and either the text or the subject is one of reports. If another program wrote it, both must
 * be; what people write about bounces is none.
 */
function isReport({ fields, subject, lines }: NoticeReport): boolean {
  const from = firstValue(fields, "from") ?? "";
  const says = isFailureNotice(lines) || isDelayNotice(subject, lines);
  const titled = isFailureSubject(subject);
  if (isMailSystem(from, firstValue(fields, "return-path"))) return says || titled;
  const submitted =
    firstValue(fields, "auto-submitted") ?? (/no-?reply/i.test(from.slice(0, 500)) ? "yes" : "no");
  return says && titled && !/^no\b/i.test(submitted);
}
