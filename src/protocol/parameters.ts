import { callersMistake, EnvoiError } from "../errors.ts";
import type { ExtensionKeyword } from "./extensions.ts";
import { Reply } from "./reply.ts";
import { decodeXtext, encodeXtext } from "./xtext.ts";

/**
 * The parameters of MAIL and RCPT, one row each: the extension that brings it, and how it is written and read
 * (RFC 5321 4.1.2). Client, server and documentation all read this table.
 */

interface Row<Value> {
  readonly extension: ExtensionKeyword;
  /** The text behind `=`; `""` where the keyword stands alone. */
  format(value: Value): string;
  /** `undefined` where the value is malformed. `text` is `undefined` where there is no `=`. */
  parse(text: string | undefined): Value | undefined;
}

/** The parameters of MAIL, by keyword. */
export interface MailParameters {
  /** RFC 1870: octets. */
  readonly SIZE?: number;
  /** RFC 6152. */
  readonly BODY?: "7BIT" | "8BITMIME";
  /** RFC 6531. */
  readonly SMTPUTF8?: true;
  /** RFC 4954 5: who submitted the mail, or `"<>"`. */
  readonly AUTH?: string;
}

/** The parameters of RCPT, by keyword: no extension that is here yet brings one. */
export type RcptParameters = Readonly<Record<never, never>>;

type Rows<Parameters> = { readonly [K in keyof Parameters]-?: Row<NonNullable<Parameters[K]>> };

const mailRows: Rows<MailParameters> = {
  SIZE: {
    extension: "SIZE",
    format: (octets) => {
      if (Number.isSafeInteger(octets) && octets >= 0) return String(octets);
      throw new EnvoiError(`SIZE: ${octets} is no number of octets`, {
        kind: "configuration",
        ...callersMistake,
      });
    },
    parse: (text) => (text !== undefined && /^\d{1,20}$/.test(text) ? Number(text) : undefined),
  },
  BODY: {
    extension: "8BITMIME",
    format: (body) => body,
    parse: (text) => {
      const body = text?.toUpperCase();
      return body === "7BIT" || body === "8BITMIME" ? body : undefined;
    },
  },
  SMTPUTF8: {
    extension: "SMTPUTF8",
    format: () => "",
    parse: (text) => (text === undefined ? true : undefined),
  },
  AUTH: {
    extension: "AUTH",
    format: (mailbox) => (mailbox === "<>" ? mailbox : encodeXtext(mailbox)),
    parse: (text) =>
      text === "<>" ? text : text === undefined || text === "" ? undefined : decodeXtext(text),
  },
};

const rcptRows: Rows<RcptParameters> = {};

/** ` SIZE=100 SMTPUTF8`: the parameters as they stand behind the path of MAIL, each with its leading space. */
export function formatMailParameters(parameters: MailParameters): string {
  return format(mailRows, parameters);
}

/** Reads what stands behind the path of MAIL; a {@link Reply} is the refusal. */
export function parseMailParameters(
  text: string,
  offered: (extension: ExtensionKeyword) => boolean,
): MailParameters | Reply {
  return parse(mailRows, text, offered) as MailParameters | Reply;
}

/** ` NOTIFY=NEVER`: the parameters as they stand behind the path of RCPT. */
export function formatRcptParameters(parameters: RcptParameters): string {
  return format(rcptRows, parameters);
}

/** Reads what stands behind the path of RCPT; a {@link Reply} is the refusal. */
export function parseRcptParameters(
  text: string,
  offered: (extension: ExtensionKeyword) => boolean,
): RcptParameters | Reply {
  return parse(rcptRows, text, offered) as RcptParameters | Reply;
}

interface AnyRow {
  readonly extension: ExtensionKeyword;
  format(value: never): string;
  parse(text: string | undefined): unknown;
}

type AnyRows = Readonly<Record<string, AnyRow>>;

function format(rows: AnyRows, parameters: object): string {
  let text = "";
  for (const keyword in parameters) {
    const value = parameters[keyword as keyof typeof parameters];
    const row = rows[keyword];
    if (value === undefined || row === undefined) continue;
    const formatted = row.format(value as never);
    text += formatted === "" ? ` ${keyword}` : ` ${keyword}=${formatted}`;
  }
  return text;
}

function parse(
  rows: AnyRows,
  text: string,
  offered: (extension: ExtensionKeyword) => boolean,
): object | Reply {
  const parameters: Record<string, unknown> = {};
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const equals = word.indexOf("=");
    const keyword = (equals === -1 ? word : word.slice(0, equals)).toUpperCase();
    if (!/^[A-Z0-9][A-Z0-9-]*$/.test(keyword)) return Reply.of(501, "5.5.4", "Malformed parameter");
    const row = Object.hasOwn(rows, keyword) ? rows[keyword] : undefined;
    if (row === undefined || !offered(row.extension))
      return Reply.of(555, "5.5.4", "Parameter not recognised");
    if (Object.hasOwn(parameters, keyword)) return Reply.of(501, "5.5.4", `${keyword} is given twice`);
    const value = row.parse(equals === -1 ? undefined : word.slice(equals + 1));
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
