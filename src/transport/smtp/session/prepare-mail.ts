import type { Address } from "../../../address/address.ts";
import type { Envelope } from "../../../address/envelope.ts";
import type { MailTransaction } from "../../../protocol/dialogues/mail-transaction.ts";
import type { Capabilities, Extensions } from "../../../protocol/extensions.ts";
import { Failure } from "../../../protocol/failure.ts";
import { rewritingHint } from "../../../protocol/firewall-hint.ts";
import type { MailParameters } from "../../../protocol/parameters/parameters.ts";
import type { TlsFacts } from "../../../protocol/send-report.ts";
import type { Mail, MailContent } from "../../mail/mail.ts";
import type { Cancellation } from "../submission/cancellation.ts";
import { type NegotiatedParameters, negotiate, unsupported } from "./negotiated-parameters.ts";

/** What may be used if the server offers it. */
export interface Allowed {
  readonly smtpUtf8: boolean;
  /** BODY=BINARYMIME, by BDAT. */
  readonly binary: boolean;
}

/**
 * Fits a mail to this server: encoded, signed, with its parameters. A mail that the server cannot take fails here, and
 * so does a signature that cannot be made, before anything of the mail is sent.
 */
export function prepare(
  mail: Mail,
  envelope: Envelope,
  capabilities: Capabilities,
  tls: TlsFacts | undefined,
  { smtpUtf8, binary }: Allowed,
  cancellation: Cancellation,
): MailTransaction | Promise<MailTransaction> {
  const { extensions } = capabilities;
  const eightBitMime = extensions["8BITMIME"] === true;
  const negotiated = mail.requests && negotiate(mail.requests, capabilities, tls);
  if (mail.international) requireSmtpUtf8(envelope, capabilities, smtpUtf8);
  const content = mail.content({ eightBit: eightBitMime, binary });
  const made = content.signed ?? content.opened;
  if (made === undefined)
    return declared(mail, envelope, content, extensions, negotiated, mail.international);
  return cancellation.aborting("mail", made).then((content) => {
    const international = mail.international || mail.internationalHeader?.() === true;
    if (international) requireSmtpUtf8(envelope, capabilities, smtpUtf8);
    return declared(mail, envelope, content, extensions, negotiated, international);
  });
}

function declared(
  mail: Mail,
  envelope: Envelope,
  content: MailContent,
  extensions: Extensions,
  negotiated: NegotiatedParameters | undefined,
  international: boolean,
): MailTransaction {
  const eightBitMime = extensions["8BITMIME"] === true;
  if (content.eightBit && !eightBitMime) {
    throw unsupported("the content has bytes above 127, and the server does not offer 8BITMIME");
  }
  const { SIZE: limit } = extensions;
  if (limit !== undefined && limit > 0 && content.size !== undefined && content.size > limit) {
    const message = `the mail has ${content.size} octets, and the server takes at most ${limit}`;
    throw new Failure({ kind: "too-large", phase: "mail", message, permanent: true });
  }
  const parameters: Writable<MailParameters> = {};
  if (limit !== undefined && content.size !== undefined) parameters.SIZE = content.size;
  // Binary content is also 8-bit, and need not consist of lines.
  if (content.binary) parameters.BODY = "BINARYMIME";
  else if (content.eightBit) parameters.BODY = "8BITMIME";
  if (international) parameters.SMTPUTF8 = true;
  return {
    envelope,
    parameters: negotiated === undefined ? parameters : { ...parameters, ...negotiated.parameters },
    recipientParameters: negotiated?.recipientParameters,
    content: content.text ?? content.chunks ?? content.stream(),
    partial: mail.partial,
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function requireSmtpUtf8(envelope: Envelope, capabilities: Capabilities, allowed: boolean): void {
  const needed = `${whatIsInternational(envelope)} beyond ASCII, which needs SMTPUTF8`;
  const because = {
    reason: "its local part needs SMTPUTF8",
    is: ({ international }: Address) => international,
  };
  if (!allowed) throw unsupported(`${needed}, and smtpUtf8(false) forbids it`).with({ because });
  if (capabilities.extensions.SMTPUTF8 !== true)
    throw unsupported(`${needed}, and the server does not offer it${rewritingHint(capabilities)}`).with({
      because,
    });
}

/** By their index, because error messages contain no addresses. */
function whatIsInternational({ international, from, to }: Envelope): string {
  if (!international) return "the header holds text";
  const places = to.flatMap((recipient, at) => (recipient.international ? [at + 1] : []));
  if (from?.international === true) return "the address of the sender has a local part";
  const which = `${places.slice(0, 3).join(", ")}${places.length > 3 ? " and others" : ""}`;
  return to.length === 1
    ? "the address of the recipient has a local part"
    : `the address of recipient ${which} of ${to.length} has a local part`;
}
