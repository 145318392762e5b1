import type { Address } from "../../../address/address.ts";
import type { Capabilities, ExtensionKeyword, Extensions } from "../../../protocol/extensions.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { WithOthers } from "../../../protocol/parameters/other-parameter.ts";
import {
  extensionOf,
  type MailParameters,
  type RcptParameters,
} from "../../../protocol/parameters/parameters.ts";
import type { TlsFacts } from "../../../protocol/send-report.ts";
import type { WantedParameter } from "../../extension-options/parameter-options.ts";
import type { Requests } from "../../extension-options/requests.ts";

/** The parameters of MAIL and RCPT for the options of a mail. */
export interface NegotiatedParameters {
  readonly parameters: WithOthers<MailParameters>;
  readonly recipientParameters: ((to: Address) => WithOthers<RcptParameters>) | undefined;
}

/**
 * Fits the options of a mail to what the server offers. An option that is not offered is left out if the mail permits
 * that; otherwise nothing is sent.
 *
 * @throws Failure of kind `"unsupported"`; of kind `"tls"` if RFC 8689 requires a verified connection and it is not.
 */
export function negotiate(
  requests: Requests,
  capabilities: Capabilities,
  tls: TlsFacts | undefined,
): NegotiatedParameters {
  const { mail, recipient, others, recipientOthers } = requests;
  if (mail.REQUIRETLS === true && tls?.verified !== true) throw unverified(tls);
  const parameters = {
    ...offered(mail, requests, capabilities),
    others: othersOffered(others, capabilities),
  };
  checkTimes(parameters, capabilities.extensions);
  if (recipient === undefined && recipientOthers.size === 0)
    return { parameters, recipientParameters: undefined };
  const byRecipient = new Map<string, readonly WantedParameter[]>();
  for (const [address, wanted] of recipientOthers)
    byRecipient.set(address, othersOffered(wanted, capabilities));
  const withDsn = recipient !== undefined && offers("DSN", requests, capabilities);
  return {
    parameters,
    recipientParameters: (to) => ({
      ...(withDsn && recipient?.(to)),
      others: byRecipient.get(to.toString()),
    }),
  };
}

/** The names of the options, by the extension that they need. */
const optionOf: Partial<Record<ExtensionKeyword, string>> = {
  DSN: "dsn",
  REQUIRETLS: "requireTls",
  DELIVERBY: "deliverBy",
  FUTURERELEASE: "hold",
  "MT-PRIORITY": "mtPriority",
  AUTH: "submitter",
};

function offered(mail: MailParameters, requests: Requests, capabilities: Capabilities): MailParameters {
  const entries = Object.entries(mail).filter(([keyword]) => {
    const extension = extensionOf(keyword);
    return extension !== undefined && offers(extension, requests, capabilities);
  });
  return Object.fromEntries(entries);
}

function offers(extension: ExtensionKeyword, { ifOffered }: Requests, { extensions }: Capabilities): boolean {
  if (extensions[extension] !== undefined) return true;
  if (ifOffered.has(extension)) return false;
  throw unsupported(`${optionOf[extension]} is set, but the server does not offer ${extension}`);
}

function othersOffered(
  wanted: readonly WantedParameter[],
  { keywords }: Capabilities,
): readonly WantedParameter[] {
  return wanted.filter(({ keyword, extension, ifOffered }) => {
    if (keywords.has(extension)) return true;
    if (ifOffered) return false;
    throw unsupported(`the parameter ${keyword} needs ${extension}, and the server does not offer it`);
  });
}

/** Checks times against the limits that the server states. */
function checkTimes({ BY, HOLDFOR, HOLDUNTIL }: MailParameters, extensions: Extensions): void {
  const { DELIVERBY: fewest = 0, FUTURERELEASE: longest } = extensions;
  if (BY?.mode === "R" && BY.seconds < fewest)
    throw unsupported(`deliverBy: the server takes no mail to be delivered in less than ${fewest} seconds`);
  if (longest === undefined) return;
  if (HOLDFOR !== undefined && HOLDFOR > longest.interval)
    throw unsupported(`hold: the server keeps mail for at most ${longest.interval} seconds`);
  if (HOLDUNTIL !== undefined && HOLDUNTIL > longest.until)
    throw unsupported(`hold: the server keeps mail until ${longest.until.toISOString()} at most`);
}

function unverified(tls: TlsFacts | undefined): Failure {
  const state = tls === undefined ? "is not encrypted" : "has a certificate that does not verify";
  const message = `requireTls is set, but the connection ${state} (RFC 8689)`;
  return new Failure({ kind: "tls", phase: "mail", message, transient: false, permanent: true });
}

/** The server cannot take a mail as it is. */
export function unsupported(message: string): Failure {
  return new Failure({ kind: "unsupported", phase: "mail", message, permanent: true });
}
