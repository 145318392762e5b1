import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import { toMailbox } from "../../address/mailbox.ts";
import {
  formatEnvelopeId,
  formatOriginalRecipient,
  type Notify,
  type OriginalRecipient,
  parseNotify,
} from "../../protocol/parameters/dsn-values.ts";
import type { MailParameters, RcptParameters } from "../../protocol/parameters/parameters.ts";
import { flag, oneOf } from "../../text/options/option-kinds.ts";
import {
  type OptionReaders,
  readOptions,
  refuseOption,
  wrongOption,
} from "../../text/options/option-reader.ts";
import { readByRecipient } from "./by-recipient.ts";

/** When the sender is notified (RFC 3461 4.1). */
export type DsnOccasion = "SUCCESS" | "FAILURE" | "DELAY";

/** When the sender is notified: never, or on these occasions. By default of failures and perhaps of delays. */
export type DsnNotify = "NEVER" | DsnOccasion | readonly DsnOccasion[];

/** Which notifications about a mail its sender gets, and how they identify it (RFC 3461). */
export interface DsnOptions {
  /** Which part of the mail a notification of failure contains: all of it, or its header. */
  readonly ret?: "FULL" | "HDRS" | undefined;
  /** The id of the mail in notifications: printable ASCII, at most 100 bytes as xtext. None by default. */
  readonly envid?: string | undefined;
  /** When the sender is notified, for every recipient unless `recipients` says otherwise. */
  readonly notify?: DsnNotify | undefined;
  /**
   * Adds the address of each recipient as it is here (ORCPT), so that notifications can be matched after forwarding.
   * Recipients that are neither in To nor Cc are left out, unless `recipients` sets theirs, and so are addresses with
   * more than 500 bytes as xtext. `false` by default.
   */
  readonly orcpt?: boolean | undefined;
  /** Settings for single recipients, by their address. */
  readonly recipients?: Readonly<Record<string, RecipientDsnOptions>> | undefined;
}

/** The notifications about one recipient. */
export interface RecipientDsnOptions {
  /** When the sender is notified. */
  readonly notify?: DsnNotify | undefined;
  /**
   * The recipient as the sender originally named it: an address, or another kind of name with its type. At most 500
   * bytes as xtext.
   */
  readonly orcpt?: string | OriginalRecipient | undefined;
}

/** DSN options as parameters. */
export interface DsnRequest {
  readonly mail: MailParameters;
  readonly recipient: ((to: Address) => RcptParameters) | undefined;
}

/**
 * Converts DSN options to parameters.
 *
 * @param mentions whether To or Cc mention an address; absent if the mail is bytes, for which that is not known.
 * @throws EnvoiError of kind `"configuration"` naming the option; AddressError.
 */
export function dsnParameters(
  options: DsnOptions,
  envelope: Envelope,
  mentions: ((address: Address) => boolean) | undefined,
): DsnRequest {
  const { ret, envid, notify, orcpt = false, recipients = {} } = readOptions(options, dsnReaders, "dsn");
  if (orcpt && mentions === undefined)
    throw refuseOption(
      "dsn.orcpt",
      "raw content is not searched for recipients",
      "Set it for each of dsn.recipients",
    );
  const single = readByRecipient(recipients, "dsn.recipients", envelope, recipientParameters);
  const mail: MailParameters = {
    ...(ret !== undefined && { RET: ret }),
    ...(envid !== undefined && { ENVID: envid }),
  };
  if (notify === undefined && !orcpt && single.size === 0) return { mail, recipient: undefined };
  const recipient = (to: Address): RcptParameters => ({
    ...(notify !== undefined && { NOTIFY: notify as Notify }),
    ...(orcpt && mentions?.(to) === true && fitting(originalOf(to))),
    ...single.get(to.toString()),
  });
  return { mail, recipient };
}

const dsnReaders: OptionReaders<DsnOptions> = {
  ret: oneOf(["FULL", "HDRS"]),
  envid: envelopeId,
  notify: notification,
  orcpt: flag,
  // Read by readByRecipient, which knows the envelope.
  recipients: (value) => value as NonNullable<DsnOptions["recipients"]>,
};

const recipientReaders: OptionReaders<RecipientDsnOptions> = { notify: notification, orcpt: original };

function recipientParameters(value: unknown, field: string): RcptParameters {
  const { notify, orcpt } = readOptions(value as RecipientDsnOptions, recipientReaders, field);
  return {
    ...(notify !== undefined && { NOTIFY: notify as Notify }),
    ...(orcpt !== undefined && { ORCPT: orcpt as OriginalRecipient }),
  };
}

function envelopeId(value: unknown, field: string): string {
  if (typeof value === "string" && formatEnvelopeId(value) !== undefined) return value;
  throw wrongOption(field, "printable ASCII of at most 100 bytes as xtext", value);
}

function notification(value: unknown, field: string): Notify {
  const words: readonly unknown[] = Array.isArray(value) ? value : [value];
  const text = words.filter((word) => typeof word === "string").join(",");
  const read = parseNotify(text);
  // Lower case and a text with commas are refused too, because their meaning would be a guess.
  const plain = read === "NEVER" ? [read] : read;
  if (plain !== undefined && JSON.stringify(plain) === JSON.stringify(words)) return read as Notify;
  throw wrongOption(field, '"NEVER", or one or more of "SUCCESS", "FAILURE" and "DELAY"', value);
}

function original(value: unknown, field: string): OriginalRecipient {
  const given = typeof value === "string" ? originalOf(toMailbox(value, field).address) : value;
  const { type, address } = (given ?? {}) as Partial<OriginalRecipient>;
  const sound = typeof type === "string" && typeof address === "string";
  const written = sound ? formatOriginalRecipient({ type, address }) : undefined;
  if (written !== undefined && /^[!-~]+$/.test(written)) return { type, address } as OriginalRecipient;
  throw wrongOption(field, "an address, or { type, address }, of at most 500 bytes as xtext", value);
}

/** A mail is not refused because of an address that only helps notifications. */
function fitting(original: OriginalRecipient): RcptParameters {
  return formatOriginalRecipient(original) === undefined ? {} : { ORCPT: original };
}

/** The original recipient for the recipient's own address (RFC 3461 4.2; RFC 6533 3 if it is not ASCII). */
function originalOf(address: Address): OriginalRecipient {
  return { type: address.international ? "utf-8" : "rfc822", address: address.toString() };
}
