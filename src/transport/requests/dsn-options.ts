import type { Address } from "../../address/address.ts";
import type { Envelope } from "../../address/envelope.ts";
import { toMailbox } from "../../address/mailbox.ts";
import {
  formatEnvelopeId,
  formatOriginalRecipient,
  type Notify,
  type OriginalRecipient,
  parseNotify,
} from "../../protocol/dsn.ts";
import type { MailParameters, RcptParameters } from "../../protocol/parameters.ts";
import { checkOptionNames } from "../option-names.ts";
import { wrongOption } from "../wrong-option.ts";
import { readByRecipient } from "./by-recipient.ts";

/** On which occasion the sender is notified (RFC 3461 4.1). */
export type DsnOccasion = "SUCCESS" | "FAILURE" | "DELAY";

/** When the sender is notified: never, or on these occasions. Without it, of failures and perhaps of delays. */
export type DsnNotify = "NEVER" | DsnOccasion | readonly DsnOccasion[];

/** Which notifications of a mail's fate come back to its sender, and what they call it (RFC 3461). */
export interface DsnOptions {
  /** What of the mail a notification of failure brings back: all of it, or its header. */
  readonly ret?: "FULL" | "HDRS" | undefined;
  /** What notifications call the mail: printable ASCII, at most 100 octets as xtext. Never made up. */
  readonly envid?: string | undefined;
  /** When the sender is notified, for every recipient of whom `recipients` says nothing else. */
  readonly notify?: DsnNotify | undefined;
  /**
   * Tells notifications the address of each recipient as it stands here (ORCPT), so that they can be matched after
   * forwarding. Recipients whom neither To nor Cc names are left out, unless `recipients` sets theirs, and so are
   * addresses with more than 500 octets as xtext. `false` without this.
   */
  readonly orcpt?: boolean | undefined;
  /** What differs for single recipients, by their address. */
  readonly recipients?: Readonly<Record<string, RecipientDsnOptions>> | undefined;
}

/** What is to be notified of one recipient. */
export interface RecipientDsnOptions {
  /** When the sender is notified. */
  readonly notify?: DsnNotify | undefined;
  /**
   * The recipient as the sender first named it: an address, or another kind of name with its type. At most 500 octets
   * as xtext.
   */
  readonly orcpt?: string | OriginalRecipient | undefined;
}

/** The parameters that DSN options come to. */
export interface DsnRequest {
  readonly mail: MailParameters;
  readonly recipient: ((to: Address) => RcptParameters) | undefined;
}

/**
 * @param names whether To or Cc names an address; absent where the mail is octets of which that is not known.
 * @throws EnvoiError of kind `"configuration"` naming the option; AddressError.
 */
export function readDsn(
  options: DsnOptions,
  envelope: Envelope,
  names: ((address: Address) => boolean) | undefined,
): DsnRequest {
  checkOptionNames("dsn", options, ["ret", "envid", "notify", "orcpt", "recipients"]);
  const { ret, envid, notify, orcpt = false, recipients = {} } = options;
  if (ret !== undefined && ret !== "FULL" && ret !== "HDRS")
    throw wrongOption("dsn.ret", 'expects "FULL" or "HDRS"');
  if (envid !== undefined) checkEnvelopeId(envid);
  if (typeof orcpt !== "boolean") throw wrongOption("dsn.orcpt", "expects true or false");
  if (orcpt && names === undefined)
    throw wrongOption("dsn.orcpt", "whom octets name is not read; set it for each of dsn.recipients");
  const all: RcptParameters = notify === undefined ? {} : { NOTIFY: readNotify("dsn.notify", notify) };
  const single = readByRecipient("dsn.recipients", recipients, envelope, readRecipient);
  const mail: MailParameters = {
    ...(ret !== undefined && { RET: ret }),
    ...(envid !== undefined && { ENVID: envid }),
  };
  if (notify === undefined && !orcpt && single.size === 0) return { mail, recipient: undefined };
  const recipient = (to: Address): RcptParameters => ({
    ...all,
    ...(orcpt && names?.(to) === true && fitting(originalOf(to))),
    ...single.get(to.toString()),
  });
  return { mail, recipient };
}

function readRecipient(field: string, options: RecipientDsnOptions): RcptParameters {
  checkOptionNames(field, options, ["notify", "orcpt"]);
  const { notify, orcpt } = options;
  return {
    ...(notify !== undefined && { NOTIFY: readNotify(`${field}.notify`, notify) }),
    ...(orcpt !== undefined && { ORCPT: readOriginal(`${field}.orcpt`, orcpt) }),
  };
}

function checkEnvelopeId(envid: string): void {
  if (typeof envid === "string" && formatEnvelopeId(envid) !== undefined) return;
  throw wrongOption("dsn.envid", "expects printable ASCII, which as xtext has at most 100 octets");
}

function readNotify(field: string, notify: DsnNotify): Notify {
  const words: readonly unknown[] = Array.isArray(notify) ? notify : [notify];
  const text = words.filter((word) => typeof word === "string").join(",");
  const read = parseNotify(text);
  // Not in any case, nor in a text with commas: what was meant then is not for us to guess.
  const plain = read === "NEVER" ? [read] : read;
  if (plain !== undefined && JSON.stringify(plain) === JSON.stringify(words)) return read as Notify;
  throw wrongOption(field, 'expects "NEVER", or one or more of "SUCCESS", "FAILURE" and "DELAY"');
}

function readOriginal(field: string, orcpt: string | OriginalRecipient): OriginalRecipient {
  const { type, address } = typeof orcpt === "string" ? originalOf(toMailbox(orcpt, field).address) : orcpt;
  const sound = typeof type === "string" && typeof address === "string";
  const written = sound ? formatOriginalRecipient({ type, address }) : undefined;
  if (written !== undefined && /^[!-~]+$/.test(written)) return { type, address };
  throw wrongOption(field, "expects an address, or { type, address }, which as xtext has at most 500 octets");
}

/** A mail is not refused for what was only to help notifications. */
function fitting(original: OriginalRecipient): RcptParameters {
  return formatOriginalRecipient(original) === undefined ? {} : { ORCPT: original };
}

/** A recipient under its own address (RFC 3461 4.2; RFC 6533 3 where that is not ASCII). */
function originalOf(address: Address): OriginalRecipient {
  return { type: address.international ? "utf-8" : "rfc822", address: address.toString() };
}
