import { type MailboxInput, toMailbox } from "../address/mailbox.ts";
import { type DateInput, formatDateTime } from "../mime/date-time.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { checkUrl } from "../mime/list-header.ts";
import { wrongField, wrongWord } from "../mime/message-error.ts";
import type { MultiPart } from "../mime/multi-part.ts";
import type { NamesOf } from "../text/options/known-names.ts";
import type { Message } from "./message.ts";
import { type Group, type ReportFields, report, reportFieldNames, word } from "./report-parts.ts";

/** A complaint about a mail (RFC 5965). */
export interface FeedbackReportFields extends ReportFields {
  /** The registered type of the complaint. */
  readonly type: "abuse" | "fraud" | "virus" | "not-spam" | "other";
  /** The program that made the report, such as `Example-Feedback/1.0`. */
  readonly userAgent: string;
  /** The mail that the complaint is about. */
  readonly original: Message | Uint8Array;
  /** ENVID as the sender specified it. */
  readonly envelopeId?: string | undefined;
  /** The sender of the envelope; `null` for the null sender. */
  readonly originalMailFrom?: MailboxInput | null | undefined;
  /** The recipients of the envelope. */
  readonly originalRecipients?: readonly MailboxInput[] | undefined;
  /** When the mail arrived. */
  readonly arrivalDate?: DateInput | undefined;
  /** The name of the host that accepted the mail. */
  readonly reportingMta?: string | undefined;
  /** The IP address that the mail was received from. */
  readonly sourceIp?: string | undefined;
  /** How many similar mails the report represents. */
  readonly incidents?: number | undefined;
  /** The values of the Authentication-Results fields (RFC 8601). */
  readonly authenticationResults?: readonly string[] | undefined;
  /** Domains that the complaint is about. */
  readonly reportedDomains?: readonly string[] | undefined;
  /** URIs that the complaint is about. */
  readonly reportedUris?: readonly string[] | undefined;
}

const types = ["abuse", "fraud", "virus", "not-spam", "other"];
const names: NamesOf<FeedbackReportFields> = {
  ...reportFieldNames,
  type: true,
  userAgent: true,
  envelopeId: true,
  originalMailFrom: true,
  originalRecipients: true,
  arrivalDate: true,
  reportingMta: true,
  sourceIp: true,
  incidents: true,
  authenticationResults: true,
  reportedDomains: true,
  reportedUris: true,
};

/** @throws MessageError or AddressError naming the field. */
export function feedbackReport(fields: FeedbackReportFields): MultiPart {
  refuseUnknown(fields, names, "a feedback report");
  const { type, userAgent, original, envelopeId, originalMailFrom, arrivalDate, reportingMta, incidents } =
    fields;
  if (!types.includes(type)) throw wrongWord("type", `one of ${types.join(", ")}`, type);
  if (typeof userAgent !== "string" || userAgent === "")
    throw wrongField("userAgent", "the name of a program", userAgent);
  if (original === undefined) throw wrongField("original", "the mail that the complaint is about", original);
  if (incidents !== undefined && !(Number.isSafeInteger(incidents) && incidents > 0))
    throw wrongField("incidents", "a whole number above 0", incidents);
  const group: Group = [
    ["Feedback-Type", type],
    ["User-Agent", userAgent],
    ["Version", "1"],
    ["Original-Envelope-Id", word(envelopeId, "envelopeId")],
    ["Original-Mail-From", sender(originalMailFrom)],
    ...each("Original-Rcpt-To", fields.originalRecipients, (item) => bracketed(item, "originalRecipients")),
    ["Arrival-Date", arrivalDate === undefined ? undefined : formatDateTime(arrivalDate, "arrivalDate")],
    ["Reporting-MTA", reportingMta === undefined ? undefined : `dns; ${word(reportingMta, "reportingMta")}`],
    ["Source-IP", word(fields.sourceIp, "sourceIp")],
    ["Incidents", incidents === undefined ? undefined : String(incidents)],
    ...each("Authentication-Results", fields.authenticationResults, (item) => item),
    ...each("Reported-Domain", fields.reportedDomains, (item) => word(item, "reportedDomains")),
    ...each("Reported-URI", fields.reportedUris, (item) => checkUrl(item, "reportedUris")),
  ];
  return report("feedback-report", [group], fields);
}

function sender(input: MailboxInput | null | undefined): string | undefined {
  if (input === undefined) return undefined;
  return input === null ? "<>" : bracketed(input, "originalMailFrom");
}

function bracketed(input: MailboxInput, field: string): string {
  return `<${toMailbox(input, field).address}>`;
}

function each<T>(
  name: string,
  items: readonly T[] | undefined,
  write: (item: T) => string | undefined,
): [string, string | undefined][] {
  return (items ?? []).map((item) => [name, write(item)]);
}
