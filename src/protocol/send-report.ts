import type { Address } from "../address/address.ts";
import type { Envelope } from "../address/envelope.ts";
import type { Reply } from "./reply.ts";

/**
 * The outcome of a mail for one recipient.
 *
 * - `"accepted"`: the server took the mail for this recipient.
 * - `"refused"`: the server said no.
 * - `"not-sent"`: nothing was handed over; the mail may be sent to this recipient again.
 * - `"unknown"`: the content went out, the reply was lost; sending again may deliver twice.
 */
export type Outcome = "accepted" | "refused" | "not-sent" | "unknown";

/** One recipient, the outcome of the mail for it, and the reply that it comes from. */
export interface RecipientOutcome {
  /** The recipient. */
  readonly recipient: Address;
  /** The outcome. */
  readonly outcome: Outcome;
  /** The reply that says so, if one did. */
  readonly reply?: Reply | undefined;
  /** Why it was not sent, if this very recipient is the reason: its address needs SMTPUTF8. */
  readonly reason?: string | undefined;
  /** The relay that this comes from, if a transport chooses among several. */
  readonly via?: string | undefined;
}

/** How the connection was encrypted. */
export interface TlsFacts {
  /** `"TLSv1.3"` and the like. */
  readonly protocol: string;
  /** The name OpenSSL gives the cipher suite. */
  readonly cipher: string;
  /**
   * Whether the identity of the server is certain: its certificate, the name in it and the pins, if any, were valid. If
   * TlsParameters accepts invalid ones, only a pin that matches makes it certain.
   */
  readonly verified: boolean;
  /** Whether a session was resumed that had been verified on a connection before. */
  readonly resumed: boolean;
}

/** What is known after a send, for each recipient. */
export interface SendReport {
  /** From whom and to whom the mail travelled. */
  readonly envelope: Envelope;
  /** The Message-ID with its angle brackets; set if the mail was a Message. */
  readonly messageId?: string | undefined;
  /** One entry for each recipient of the envelope, in its order. */
  readonly recipients: readonly RecipientOutcome[];
  /** The recipients the mail was accepted for. */
  readonly accepted: readonly Address[];
  /** The recipients that were refused, and how. */
  readonly rejected: readonly { readonly recipient: Address; readonly reply: Reply }[];
  /** The server's final reply; many servers include their queue id. */
  readonly reply?: Reply | undefined;
  /** Set if the mail went over TLS. */
  readonly tls?: TlsFacts | undefined;
  /** The id of the mail in its new place, if the transport knows it: of a file that FileTransport wrote. */
  readonly id?: string | undefined;
}

/** What {@link sendReport} makes a report of. */
export type SendReportFields = Omit<SendReport, "accepted" | "rejected">;

/** A report, with the views that follow from its recipients. */
export function sendReport(fields: SendReportFields): SendReport {
  const accepted: Address[] = [];
  const rejected: { recipient: Address; reply: Reply }[] = [];
  for (const { recipient, outcome, reply } of fields.recipients) {
    if (outcome === "accepted") accepted.push(recipient);
    else if (outcome === "refused" && reply !== undefined) rejected.push({ recipient, reply });
  }
  // Named, not spread: this is done for every mail.
  const { envelope, messageId, recipients, reply, tls, id } = fields;
  const report: Writable<SendReport> = { envelope, messageId, recipients, reply, tls, accepted, rejected };
  if (id !== undefined) report.id = id;
  return report;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The report of a mail of which nothing was handed over.
 *
 * @param because Why, if some of the recipients are the reason.
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
