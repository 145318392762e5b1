import { type EnvoiError, misconfigured } from "../../errors.ts";
import type { ExtensionKeyword } from "../extensions.ts";
import { Reply } from "../reply.ts";
import { type DeliverBy, formatDeliverBy, parseDeliverBy } from "./deliver-by.ts";
import {
  formatEnvelopeId,
  formatNotify,
  formatOriginalRecipient,
  type Notify,
  type OriginalRecipient,
  parseEnvelopeId,
  parseNotify,
  parseOriginalRecipient,
} from "./dsn-values.ts";
import { formatOtherParameter, type OtherParameter, type WithOthers } from "./other-parameter.ts";
import { decodeXtext, encodeXtext } from "./xtext.ts";

/**
 * The parameters of MAIL and RCPT, one row each: their extension, and how they are written and read (RFC 5321 4.1.2).
 * Client, server and documentation use this table.
 */

interface Row<Value> {
  readonly extension: ExtensionKeyword;
  /** The text after `=`; `""` if the keyword has no value, `undefined` if the value is not valid. */
  format(value: Value): string | undefined;
  /** `undefined` if the value is malformed. `text` is `undefined` if there is no `=`. */
  parse(text: string | undefined, offered: Offered): Value | undefined;
}

/** Whether an extension is in force. */
type Offered = (extension: ExtensionKeyword) => boolean;

/** The parameters of MAIL, by keyword. */
export interface MailParameters {
  /** RFC 1870: octets. */
  readonly SIZE?: number;
  /** RFC 6152, RFC 3030 3. */
  readonly BODY?: "7BIT" | "8BITMIME" | "BINARYMIME";
  /** RFC 6531. */
  readonly SMTPUTF8?: true;
  /** RFC 4954 5: who submitted the mail, or `"<>"`. */
  readonly AUTH?: string;
  /** RFC 3461 4.3: which part of the message a notification of failure contains. */
  readonly RET?: "FULL" | "HDRS";
  /** RFC 3461 4.4: the id of the mail in notifications; at most 100 characters when encoded. */
  readonly ENVID?: string;
  /** RFC 8689: the message must be sent only over verified TLS, all the way. */
  readonly REQUIRETLS?: true;
  /** RFC 2852: when the message must be delivered. */
  readonly BY?: DeliverBy;
  /** RFC 4865: for how many seconds the message is held. */
  readonly HOLDFOR?: number;
  /** RFC 4865: until when the message is held. */
  readonly HOLDUNTIL?: Date;
  /** RFC 6710: -9 to 9. */
  readonly "MT-PRIORITY"?: number;
}

/** The parameters of RCPT, by keyword. */
export interface RcptParameters {
  /** RFC 3461 4.1. */
  readonly NOTIFY?: Notify;
  /** RFC 3461 4.2, RFC 6533 3. */
  readonly ORCPT?: OriginalRecipient;
}

type Rows<Parameters> = { readonly [K in keyof Parameters]-?: Row<NonNullable<Parameters[K]>> };

const flag = {
  format: () => "",
  parse: (text: string | undefined): true | undefined => (text === undefined ? true : undefined),
};

const mailRows: Rows<MailParameters> = {
  SIZE: {
    extension: "SIZE",
    format: (octets) => (Number.isSafeInteger(octets) && octets >= 0 ? String(octets) : undefined),
    // Up to 20 digits (RFC 1870 4): a number that cannot be represented exactly is too large anyway.
    parse: (text) =>
      text !== undefined && /^\d{1,20}$/.test(text)
        ? Math.min(Number(text), Number.MAX_SAFE_INTEGER)
        : undefined,
  },
  BODY: {
    extension: "8BITMIME",
    format: (body) => body,
    parse: (text, offered) => {
      const body = text?.toUpperCase();
      if (body === "BINARYMIME" && offered("BINARYMIME")) return body;
      return body === "7BIT" || body === "8BITMIME" ? body : undefined;
    },
  },
  SMTPUTF8: { extension: "SMTPUTF8", ...flag },
  AUTH: {
    extension: "AUTH",
    format: (mailbox) => (mailbox === "<>" ? mailbox : encodeXtext(mailbox)),
    parse: (text) =>
      text === "<>" ? text : text === undefined || text === "" ? undefined : decodeXtext(text),
  },
  RET: {
    extension: "DSN",
    format: (part) => part,
    parse: (text) => {
      const part = text?.toUpperCase();
      return part === "FULL" || part === "HDRS" ? part : undefined;
    },
  },
  ENVID: {
    extension: "DSN",
    format: formatEnvelopeId,
    parse: (text) => (text === undefined ? undefined : parseEnvelopeId(text)),
  },
  REQUIRETLS: { extension: "REQUIRETLS", ...flag },
  BY: { extension: "DELIVERBY", format: formatDeliverBy, parse: parseDeliverBy },
  HOLDFOR: {
    extension: "FUTURERELEASE",
    format: (seconds) => (parseSeconds(String(seconds)) === seconds ? String(seconds) : undefined),
    parse: parseSeconds,
  },
  HOLDUNTIL: {
    extension: "FUTURERELEASE",
    format: (moment) => (Number.isNaN(moment.getTime()) ? undefined : formatMoment(moment)),
    parse: parseMoment,
  },
  "MT-PRIORITY": {
    extension: "MT-PRIORITY",
    format: (priority) => (parsePriority(String(priority)) === priority ? String(priority) : undefined),
    parse: parsePriority,
  },
};

const rcptRows: Rows<RcptParameters> = {
  NOTIFY: {
    extension: "DSN",
    format: formatNotify,
    parse: (text) => (text === undefined ? undefined : parseNotify(text)),
  },
  ORCPT: {
    extension: "DSN",
    format: formatOriginalRecipient,
    parse: (text) => (text === undefined ? undefined : parseOriginalRecipient(text)),
  },
};

/**
 * ` SIZE=100 SMTPUTF8`: the parameters as they follow the path of MAIL, each with its leading space.
 *
 * @throws EnvoiError of kind `"configuration"` if a value is not valid.
 */
export function formatMailParameters(parameters: WithOthers<MailParameters>): string {
  return format(mailRows, parameters) + formatOthers(parameters.others);
}

/** Reads the text after the path of MAIL; a {@link Reply} is the refusal. */
export function parseMailParameters(text: string, offered: Offered): MailParameters | Reply {
  const parameters = parse(mailRows, text, offered) as MailParameters | Reply;
  if (parameters instanceof Reply) return parameters;
  // RFC 4865 4.1: only one of the two.
  const both = parameters.HOLDFOR !== undefined && parameters.HOLDUNTIL !== undefined;
  return both ? Reply.of(501, "5.5.4", "HOLDFOR and HOLDUNTIL exclude each other") : parameters;
}

/**
 * ` NOTIFY=NEVER`: the parameters as they follow the path of RCPT.
 *
 * @throws EnvoiError of kind `"configuration"` if a value is not valid.
 */
export function formatRcptParameters(parameters: WithOthers<RcptParameters>): string {
  return format(rcptRows, parameters) + formatOthers(parameters.others);
}

/** Reads the text after the path of RCPT; a {@link Reply} is the refusal. */
export function parseRcptParameters(text: string, offered: Offered): RcptParameters | Reply {
  return parse(rcptRows, text, offered) as RcptParameters | Reply;
}

/** The extension of a parameter of MAIL or RCPT; `undefined` if it has no row here. */
export function extensionOf(keyword: string): ExtensionKeyword | undefined {
  const rows: AnyRows = Object.hasOwn(mailRows, keyword) ? mailRows : rcptRows;
  return Object.hasOwn(rows, keyword) ? rows[keyword]?.extension : undefined;
}

interface AnyRow {
  readonly extension: ExtensionKeyword;
  format(value: never): string | undefined;
  parse(text: string | undefined, offered: Offered): unknown;
}

type AnyRows = Readonly<Record<string, AnyRow>>;

function format(rows: AnyRows, parameters: object): string {
  let text = "";
  for (const keyword in parameters) {
    const value = parameters[keyword as keyof typeof parameters];
    const row = rows[keyword];
    if (value === undefined || row === undefined) continue;
    const formatted = row.format(value as never);
    if (formatted === undefined) throw senseless(keyword, value);
    text += formatted === "" ? ` ${keyword}` : ` ${keyword}=${formatted}`;
  }
  return text;
}

function formatOthers(others: readonly OtherParameter[] | undefined): string {
  return others === undefined ? "" : others.map(formatOtherParameter).join("");
}

function parse(rows: AnyRows, text: string, offered: Offered): object | Reply {
  const parameters: Record<string, unknown> = {};
  if (text === "") return parameters;
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const equals = word.indexOf("=");
    const keyword = (equals === -1 ? word : word.slice(0, equals)).toUpperCase();
    if (!/^[A-Z0-9][A-Z0-9-]*$/.test(keyword)) return Reply.of(501, "5.5.4", "Malformed parameter");
    const row = Object.hasOwn(rows, keyword) ? rows[keyword] : undefined;
    if (row === undefined || !offered(row.extension))
      return Reply.of(555, "5.5.4", "Parameter not recognised");
    if (Object.hasOwn(parameters, keyword)) return Reply.of(501, "5.5.4", `${keyword} is given twice`);
    const value = row.parse(equals === -1 ? undefined : word.slice(equals + 1), offered);
    if (value === undefined) {
      const known = keyword === "BODY" && equals !== -1;
      return known
        ? Reply.of(504, "5.5.4", "BODY not implemented")
        : Reply.of(501, "5.5.4", `Malformed ${keyword}`);
    }
    parameters[keyword] = value;
  }
  return parameters;
}

function parseSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** RFC 3339, in UTC and in whole seconds. */
function formatMoment(moment: Date): string | undefined {
  const text = `${moment.toISOString().slice(0, -5)}Z`;
  return parseMoment(text)?.getTime() === moment.getTime() ? text : undefined;
}

function parseMoment(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/i.test(text)) return undefined;
  const moment = new Date(text.toUpperCase());
  const sound = !Number.isNaN(moment.getTime()) && moment.toISOString().slice(0, 10) === text.slice(0, 10);
  return sound ? moment : undefined;
}

function parsePriority(text: string | undefined): number | undefined {
  return text !== undefined && /^(?:0|-?[1-9])$/.test(text) ? Number(text) : undefined;
}

function senseless(keyword: string, value: unknown): EnvoiError {
  const shown = typeof value === "string" ? JSON.stringify(value) : String(value);
  return misconfigured(`${keyword}: ${shown} is not a valid value`);
}
