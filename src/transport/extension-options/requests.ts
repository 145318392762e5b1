import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import { type MailboxInput, toMailbox } from "../../address/mailbox.ts";
import type { ExtensionKeyword } from "../../protocol/extensions.ts";
import type { MailParameters, RcptParameters } from "../../protocol/parameters/parameters.ts";
import { refuseOption } from "../../text/options/option-reader.ts";
import { readByRecipient } from "./by-recipient.ts";
import { dsnParameters } from "./dsn-options.ts";
import { type DispensableOption, type RequestOptions, requestOptionNames } from "./extension-options.ts";
import { readParameters, type WantedParameter } from "./parameter-options.ts";

/** The options of a mail that use extensions, as parameters. */
export interface Requests {
  readonly mail: MailParameters;
  readonly recipient: ((to: Address) => RcptParameters) | undefined;
  readonly others: readonly WantedParameter[];
  readonly recipientOthers: ReadonlyMap<string, readonly WantedParameter[]>;
  /** The extensions whose parameters are left out if they are not offered. */
  readonly ifOffered: ReadonlySet<ExtensionKeyword>;
}

/**
 * Converts options that use extensions to parameters; `undefined` if none is set.
 *
 * @param options as `readSendOptions` returns them.
 * @param mentions whether To or Cc mention an address; absent if the mail is bytes, for which that is not known.
 * @throws EnvoiError of kind `"configuration"` naming the option; AddressError.
 */
export function readRequests(
  options: RequestOptions,
  envelope: Envelope,
  mentions: ((address: Address) => boolean) | undefined,
): Requests | undefined {
  if (requestOptionNames.every((name) => options[name] === undefined)) return undefined;
  const { parameters = {}, recipientParameters = {} } = options;
  const dsn = options.dsn === undefined ? undefined : dsnParameters(options.dsn, envelope, mentions);
  return {
    mail: { ...dsn?.mail, ...mailParameters(options) },
    recipient: dsn?.recipient,
    others: readParameters(parameters, "parameters"),
    recipientOthers: readByRecipient(recipientParameters, "recipientParameters", envelope, readParameters),
    ifOffered: extensionsOf(options),
  };
}

function mailParameters(options: RequestOptions): MailParameters {
  const { requireTls, deliverBy, hold, mtPriority, submitter } = options;
  return {
    ...(requireTls === true && { REQUIRETLS: true }),
    ...(deliverBy !== undefined && { BY: deliverBy }),
    ...(hold?.seconds !== undefined && { HOLDFOR: hold.seconds }),
    ...(hold?.until !== undefined && { HOLDUNTIL: hold.until }),
    // Not -0.
    ...(mtPriority !== undefined && { "MT-PRIORITY": mtPriority || 0 }),
    ...(submitter !== undefined && { AUTH: submitterOf(submitter) }),
  };
}

function submitterOf(submitter: MailboxInput | null): string {
  return submitter === null ? "<>" : toMailbox(submitter).address.toString();
}

const dispensable: Readonly<Record<DispensableOption, ExtensionKeyword>> = {
  dsn: "DSN",
  deliverBy: "DELIVERBY",
  mtPriority: "MT-PRIORITY",
  submitter: "AUTH",
};

function extensionsOf({ ifOffered = [], deliverBy }: RequestOptions): Set<ExtensionKeyword> {
  if (ifOffered.includes("deliverBy") && deliverBy?.mode === "R")
    throw refuseOption("ifOffered", 'deliverBy in mode "R" cannot be left out (RFC 2852 4.1.4)');
  return new Set(ifOffered.map((name) => dispensable[name]));
}

/** Those of the options that use extensions. */
export function asked(options: RequestOptions): RequestOptions {
  const given = requestOptionNames.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

/** The names of the options without which the mail must not be sent. */
export function indispensable(options: RequestOptions): (keyof RequestOptions)[] {
  const { ifOffered = [], requireTls } = options;
  return requestOptionNames.filter((name) => {
    if (options[name] === undefined || name === "ifOffered") return false;
    if (name === "requireTls") return requireTls === true;
    return !(ifOffered as readonly string[]).includes(name);
  });
}
