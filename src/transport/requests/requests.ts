import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import { type MailboxInput, toMailbox } from "../../address/mailbox.ts";
import { type DeliverBy, formatDeliverBy } from "../../protocol/deliver-by.ts";
import type { ExtensionKeyword } from "../../protocol/extensions.ts";
import { formatMailParameters, type MailParameters, type RcptParameters } from "../../protocol/parameters.ts";
import { checkOptionNames, requestOptionNames } from "../option-names.ts";
import { wrongOption } from "../wrong-option.ts";
import { readByRecipient } from "./by-recipient.ts";
import { type DsnOptions, readDsn } from "./dsn-options.ts";
import { type ParameterOptions, readParameters, type WantedParameter } from "./parameter-options.ts";

/** What a mail may ask of the server beside being taken: the options that go to extensions of SMTP. */
export interface RequestOptions {
  /** Which notifications come back (RFC 3461). */
  readonly dsn?: DsnOptions | undefined;
  /**
   * The mail goes over verified TLS only, from here to each mailbox, or comes back (RFC 8689). Where this connection
   * has no verified TLS, or the server does not offer it, the mail is not sent. It outweighs a field
   * `TLS-Required: No`.
   */
  readonly requireTls?: boolean | undefined;
  /**
   * Within how many seconds the mail is to be delivered, and whether else it comes back, `"R"`, or is only reported
   * late, `"N"` (RFC 2852).
   */
  readonly deliverBy?: DeliverBy | undefined;
  /** Has the server keep the mail for so many seconds, or until then (RFC 4865). */
  readonly hold?: HoldOptions | undefined;
  /** The priority of the mail in the servers on its way, -9 to 9; 0 is usual (RFC 6710). */
  readonly mtPriority?: number | undefined;
  /** Who handed the mail in, told to a server that trusts this one; `null` where that is not known (RFC 4954 5). */
  readonly submitter?: MailboxInput | null | undefined;
  /** Other parameters of MAIL. */
  readonly parameters?: ParameterOptions | undefined;
  /** Other parameters of RCPT, by the address of the recipient. */
  readonly recipientParameters?: Readonly<Record<string, ParameterOptions>> | undefined;
  /**
   * Which of these options are left out where the server does not offer their extension, instead of the mail not being
   * sent. Only where the mail means the same without: `requireTls`, `hold`, and `deliverBy` in mode `"R"` are never
   * left out.
   */
  readonly ifOffered?: readonly ("dsn" | "deliverBy" | "mtPriority" | "submitter")[] | undefined;
}

/** How long the server keeps a mail back: one of the two. */
export interface HoldOptions {
  /** From when the server has it; 1 to 999,999,999. */
  readonly seconds?: number | undefined;
  /** Whole seconds. */
  readonly until?: Date | undefined;
}

/** What a mail asks of the server, checked. */
export interface Requests {
  readonly mail: MailParameters;
  readonly recipient: ((to: Address) => RcptParameters) | undefined;
  readonly others: readonly WantedParameter[];
  readonly recipientOthers: ReadonlyMap<string, readonly WantedParameter[]>;
  /** The extensions that are done without where they are not offered. */
  readonly ifOffered: ReadonlySet<ExtensionKeyword>;
}

/**
 * Reads what options ask of the server; `undefined` where they ask nothing.
 *
 * @param names whether To or Cc names an address; absent where the mail is octets of which that is not known.
 * @throws EnvoiError of kind `"configuration"` naming the option; AddressError.
 */
export function readRequests(
  options: RequestOptions,
  envelope: Envelope,
  names: ((address: Address) => boolean) | undefined,
): Requests | undefined {
  if (requestOptionNames.every((name) => options[name] === undefined)) return undefined;
  const { parameters = {}, recipientParameters = {} } = options;
  const dsn = options.dsn === undefined ? undefined : readDsn(options.dsn, envelope, names);
  return {
    mail: { ...dsn?.mail, ...readMail(options) },
    recipient: dsn?.recipient,
    others: readParameters("parameters", parameters),
    recipientOthers: readByRecipient("recipientParameters", recipientParameters, envelope, readParameters),
    ifOffered: readIfOffered(options),
  };
}

function readMail({ requireTls, deliverBy, hold, mtPriority, submitter }: RequestOptions): MailParameters {
  if (requireTls !== undefined && typeof requireTls !== "boolean")
    throw wrongOption("requireTls", "expects true or false");
  if (mtPriority !== undefined && !(Number.isInteger(mtPriority) && Math.abs(mtPriority) <= 9))
    throw wrongOption("mtPriority", "expects a whole number from -9 to 9");
  if (deliverBy !== undefined) checkDeliverBy(deliverBy);
  return {
    ...(requireTls === true && { REQUIRETLS: true }),
    ...(deliverBy !== undefined && { BY: { ...deliverBy } }),
    ...(hold !== undefined && readHold(hold)),
    // Not -0.
    ...(mtPriority !== undefined && { "MT-PRIORITY": mtPriority || 0 }),
    ...(submitter !== undefined && {
      AUTH: submitter === null ? "<>" : toMailbox(submitter, "submitter").address.toString(),
    }),
  };
}

function checkDeliverBy(deliverBy: DeliverBy): void {
  checkOptionNames("deliverBy", deliverBy, ["seconds", "mode", "trace"]);
  const { trace } = deliverBy;
  if ((trace === undefined || trace === true) && formatDeliverBy(deliverBy) !== undefined) return;
  const expected = 'expects { seconds, mode: "R" or "N", trace?: true }, with seconds above 0 for "R"';
  throw wrongOption("deliverBy", expected);
}

function readHold(hold: HoldOptions): MailParameters {
  checkOptionNames("hold", hold, ["seconds", "until"]);
  const { seconds, until } = hold;
  if ((seconds === undefined) === (until === undefined))
    throw wrongOption("hold", "expects either seconds or until");
  if (until !== undefined && !(until instanceof Date)) throw wrongOption("hold.until", "expects a Date");
  // A copy: dates can be changed.
  const read: MailParameters =
    until === undefined ? { HOLDFOR: seconds as number } : { HOLDUNTIL: new Date(until) };
  try {
    formatMailParameters(read);
  } catch {
    throw wrongOption("hold", "expects seconds from 1 to 999,999,999, or until, a Date in whole seconds");
  }
  return read;
}

/** What the mail means the same without, if late, unseen or unnoticed. */
const dispensable: ReadonlyMap<unknown, ExtensionKeyword> = new Map([
  ["dsn", "DSN"],
  ["deliverBy", "DELIVERBY"],
  ["mtPriority", "MT-PRIORITY"],
  ["submitter", "AUTH"],
]);

function readIfOffered({ ifOffered = [], deliverBy }: RequestOptions): Set<ExtensionKeyword> {
  const read = new Set<ExtensionKeyword>();
  if (!Array.isArray(ifOffered)) throw wrongOption("ifOffered", "expects an array of names of options");
  for (const name of ifOffered) {
    const extension = dispensable.get(name);
    if (extension === undefined) {
      const known = [...dispensable.keys()].join(", ");
      throw wrongOption(
        "ifOffered",
        `only these can be left out: ${known}; a parameter has its own ifOffered`,
      );
    }
    if (extension === "DELIVERBY" && deliverBy?.mode === "R")
      throw wrongOption("ifOffered", 'deliverBy in mode "R" cannot be left out (RFC 2852 4.1.4)');
    read.add(extension);
  }
  return read;
}

/** The options that ask something of the server, of all that are there. */
export function asked(options: RequestOptions): RequestOptions {
  const given = requestOptionNames.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

/** The names of those that a mail is not sent without. */
export function indispensable(options: RequestOptions): (keyof RequestOptions)[] {
  const { ifOffered = [], requireTls } = options;
  return requestOptionNames.filter((name) => {
    if (options[name] === undefined || name === "ifOffered") return false;
    if (name === "requireTls") return requireTls === true;
    return !(ifOffered as readonly string[]).includes(name);
  });
}
