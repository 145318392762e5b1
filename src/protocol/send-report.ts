import type { Address } from "../address/address.ts";
import type { Envelope } from "../address/envelope.ts";
import type { Reply } from "./reply.ts";

/**
 * The outcome of a mail for one recipient.
 *
 * - `"accepted"`: the server accepted the mail for this recipient.
 * - `"refused"`: the server refused it.
 * - `"not-sent"`: it was not sent; it may be sent to this recipient again.
 * - `"unknown"`: the content was sent and the reply was lost; sending it again may deliver it twice.
 */
export type Outcome = "accepted" | "refused" | "not-sent" | "unknown";

/** One recipient, the outcome of the mail for it, and the reply that it comes from. */
export interface RecipientOutcome {
  /** The recipient. */
  readonly recipient: Address;
  /** The outcome. */
  readonly outcome: Outcome;
  /** The reply that decided it, if there is one. */
  readonly reply?: Reply | undefined;
  /** Why it was not sent, if this very recipient is the reason: its address needs SMTPUTF8. */
  readonly reason?: string | undefined;
  /** The relay that the outcome comes from, if a transport chooses among several. */
  readonly via?: string | undefined;
}

/** How the connection was encrypted. */
export interface TlsFacts {
  /** Such as `"TLSv1.3"`. */
  readonly protocol: string;
  /** OpenSSL's name of the cipher suite. */
  readonly cipher: string;
  /**
   * Whether the identity of the server is certain: its certificate, the name in it and the pins, if any, were valid. If
   * TlsParameters accepts invalid ones, only a pin that matches makes it certain.
   */
  readonly verified: boolean;
  /** Whether a session was resumed that was verified on an earlier connection. */
  readonly resumed: boolean;
}

/** What is known after a send, for each recipient. */
export interface SendReport {
  /** The sender and the recipients that the mail was sent to. */
  readonly envelope: Envelope;
  /** The Message-ID with its angle brackets; set if the mail was a Message. */
  readonly messageId?: string | undefined;
  /** One entry for each recipient of the envelope, in its order. */
  readonly recipients: readonly RecipientOutcome[];
  /** The recipients the mail was accepted for. */
  readonly accepted: readonly Address[];
  /** The recipients that were refused, with the reply. */
  readonly rejected: readonly { readonly recipient: Address; readonly reply: Reply }[];
  /** The server's final reply; many servers include their queue id. */
  readonly reply?: Reply | undefined;
  /** Set if the mail went over TLS. */
  readonly tls?: TlsFacts | undefined;
  /** The id of the mail in its new place, if the transport knows it: of a file that FileTransport wrote. */
  readonly id?: string | undefined;
}

/** The fields of a report; {@link sendReport} adds the others. */
export type SendReportFields = Omit<SendReport, "accepted" | "rejected">;

/** Makes a report, with the fields that follow from its recipients. */
export function sendReport(fields: SendReportFields): SendReport {
  const accepted: Address[] = [];
  const rejected: { recipient: Address; reply: Reply }[] = [];
  for (const { recipient, outcome, reply } of fields.recipients) {
    if (outcome === "accepted") accepted.push(recipient);
    else if (outcome === "refused" && reply !== undefined) rejected.push({ recipient, reply });
  }
  // Named instead of spread, because this runs for every mail.
  const { envelope, messageId, recipients, reply, tls, id } = fields;
  const report: Writable<SendReport> = { envelope, messageId, recipients, reply, tls, accepted, rejected };
  if (id !== undefined) report.id = id;
  return report;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The report of a mail of which nothing was sent.
 *
 * @param because the reason, if some of the recipients are it.
 */
export function nothingSent(envelope: Envelope, messageId?: string, because?: Because): SendReport {
  const recipients = envelope.to.map((recipient) => ({
    recipient,
    outcome: "not-sent" as const,
    ...(because?.is(recipient) === true && { reason: because.reason }),
  }));
  return { envelope, messageId, recipients, accepted: [], rejected: [] };
}

/** Why nothing was sent, and which recipients are the reason. */
export interface Because {
  readonly reason: string;
  is(recipient: Address): boolean;
}

/** Whether a send is a success: a recipient was accepted, and the outcome of every other is known. */
export function isGood({ accepted, recipients }: SendReport): boolean {
  const settled = recipients.every(({ outcome }) => outcome === "accepted" || outcome === "refused");
  return settled && accepted.length > 0;
}
