import { type MailboxInput, toMailbox } from "../address/mailbox.ts";
import { type DateInput, formatDateTime } from "../mime/date-time.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { wrongField, wrongWord } from "../mime/message-error.ts";
import type { MultiPart } from "../mime/multi-part.ts";
import type { NamesOf } from "../text/options/known-names.ts";
import { type Group, type ReportFields, report, reportFieldNames, word } from "./report-parts.ts";

/** The outcome of a delivery, recipient by recipient (RFC 3464). */
export interface DeliveryStatusFields extends ReportFields {
  /** The name of the host that reports. */
  readonly reportingMta: string;
  /** ENVID as the sender specified it. */
  readonly envelopeId?: string | undefined;
  /** The name of the host that the mail was received from. */
  readonly receivedFromMta?: string | undefined;
  /** When the mail arrived at the reporting host. */
  readonly arrivalDate?: DateInput | undefined;
  /** The outcome for each recipient; at least one. */
  readonly recipients: readonly RecipientStatus[];
}

/** The outcome of a delivery for one recipient. */
export interface RecipientStatus {
  /** The recipient address when the mail arrived at the reporting host. */
  readonly recipient: MailboxInput;
  /** ORCPT, if it is another address. */
  readonly originalRecipient?: MailboxInput | undefined;
  /** What the host did with the mail. */
  readonly action: "failed" | "delayed" | "delivered" | "relayed" | "expanded";
  /** An enhanced status code (RFC 3463), such as `5.1.1`. */
  readonly status: string;
  /** The host that the status is from. */
  readonly remoteMta?: string | undefined;
  /** The reply of that host in one line, such as `550 5.1.1 No such user`. */
  readonly diagnostic?: string | undefined;
  /** When delivery was last attempted. */
  readonly lastAttempt?: DateInput | undefined;
  /** Until when delivery will be attempted, if the action is `"delayed"`. */
  readonly willRetryUntil?: DateInput | undefined;
}

/** @throws MessageError or AddressError naming the field. */
export function deliveryStatus(fields: DeliveryStatusFields): MultiPart {
  refuseUnknown(fields, names, "a delivery status");
  const { recipients, reportingMta, envelopeId, receivedFromMta, arrivalDate } = fields;
  if (!Array.isArray(recipients) || recipients.length === 0)
    throw wrongField("recipients", "an array of at least one recipient", recipients);
  const message: Group = [
    ["Original-Envelope-Id", word(envelopeId, "envelopeId")],
    ["Reporting-MTA", host(reportingMta, "reportingMta") ?? host("", "reportingMta")],
    ["Received-From-MTA", host(receivedFromMta, "receivedFromMta")],
    ["Arrival-Date", date(arrivalDate, "arrivalDate")],
  ];
  const groups = recipients.map((recipient: RecipientStatus, index) =>
    recipientGroup(recipient, `recipients[${index}]`),
  );
  return report("delivery-status", [message, ...groups], fields);
}

const names: NamesOf<DeliveryStatusFields> = {
  ...reportFieldNames,
  reportingMta: true,
  envelopeId: true,
  receivedFromMta: true,
  arrivalDate: true,
  recipients: true,
};
const recipientNames: NamesOf<RecipientStatus> = {
  recipient: true,
  originalRecipient: true,
  action: true,
  status: true,
  remoteMta: true,
  diagnostic: true,
  lastAttempt: true,
  willRetryUntil: true,
};
const actions = ["failed", "delayed", "delivered", "relayed", "expanded"];

function recipientGroup(given: RecipientStatus, field: string): Group {
  refuseUnknown(given, recipientNames, field);
  const { originalRecipient, action, status, diagnostic } = given;
  if (!actions.includes(action)) throw wrongWord(`${field}.action`, `one of ${actions.join(", ")}`, action);
  if (typeof status !== "string" || !/^[245]\.\d{1,3}\.\d{1,3}$/.test(status)) {
    throw wrongWord(`${field}.status`, "a status such as 5.1.1", status);
  }
  return [
    [
      "Original-Recipient",
      originalRecipient === undefined ? undefined : typed(originalRecipient, `${field}.originalRecipient`),
    ],
    ["Final-Recipient", typed(given.recipient, `${field}.recipient`)],
    ["Action", action],
    ["Status", status],
    ["Remote-MTA", host(given.remoteMta, `${field}.remoteMta`)],
    ["Diagnostic-Code", diagnostic === undefined ? undefined : `smtp; ${diagnostic}`],
    ["Last-Attempt-Date", date(given.lastAttempt, `${field}.lastAttempt`)],
    ["Will-Retry-Until", date(given.willRetryUntil, `${field}.willRetryUntil`)],
  ];
}

/** An address with its type; one beyond ASCII in the form for 7-bit ways (RFC 6533 section 3). */
function typed(input: MailboxInput, field: string): string {
  const { address } = toMailbox(input, field);
  if (!address.international) return `rfc822; ${address}`;
  const escaped = address.toString().replace(/[^!-[\]-~]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    return `\\x{${hex.padStart(2, "0")}}`;
  });
  return `utf-8; ${escaped}`;
}

function host(name: string | undefined, field: string): string | undefined {
  const checked = word(name, field);
  return checked === undefined ? undefined : `dns; ${checked}`;
}

function date(input: DateInput | undefined, field: string): string | undefined {
  return input === undefined ? undefined : formatDateTime(input, field);
}
