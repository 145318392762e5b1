import { Address } from "../address/address.ts";
import { misconfigured } from "../errors.ts";
import { isAsciiText } from "../text/lines.ts";
import { formatXclient, parseXclient, type XclientAttributes } from "./client-attributes/xclient.ts";
import { formatXforward, parseXforward, type XforwardAttributes } from "./client-attributes/xforward.ts";
import type { ExtensionKeyword } from "./extensions.ts";
import { isHelloName } from "./hello-name.ts";
import type { WithOthers } from "./parameters/other-parameter.ts";
import {
  formatMailParameters,
  formatRcptParameters,
  type MailParameters,
  parseMailParameters,
  parseRcptParameters,
  type RcptParameters,
} from "./parameters/parameters.ts";
import { type AtrnCommand, type EtrnCommand, formatEtrn, parseAtrn, parseEtrn } from "./queue-commands.ts";
import { Reply } from "./reply.ts";

/** An SMTP command (RFC 5321 4.1), as a client sends it and as a server reads it. */
export type Command =
  | { readonly verb: "HELO" | "EHLO" | "LHLO"; readonly domain: string }
  | { readonly verb: "MAIL"; readonly from: Address | null; readonly parameters: WithOthers<MailParameters> }
  | {
      readonly verb: "RCPT";
      readonly to: Address | "postmaster";
      readonly parameters: WithOthers<RcptParameters>;
    }
  | { readonly verb: "BDAT"; readonly size: number; readonly last: boolean }
  | { readonly verb: "BURL"; readonly url: string; readonly last: boolean }
  | EtrnCommand
  | AtrnCommand
  | { readonly verb: "AUTH"; readonly mechanism: string; readonly initialResponse?: string | undefined }
  | { readonly verb: "XCLIENT"; readonly attributes: XclientAttributes }
  | { readonly verb: "XFORWARD"; readonly attributes: XforwardAttributes }
  | { readonly verb: "VRFY" | "EXPN"; readonly argument: string }
  | { readonly verb: "NOOP" | "HELP"; readonly argument?: string }
  | { readonly verb: "DATA" | "RSET" | "QUIT" | "STARTTLS" };

/** The verb of a command. */
export type Verb = Command["verb"];

/**
 * The line of a command with its CRLF.
 *
 * All command lines are made here, so this is where CR, LF and NUL are refused.
 *
 * @throws EnvoiError of kind `"configuration"` if an argument contains one of them.
 */
export function formatCommand(command: Command): string {
  const line = unguarded(command);
  const wrong = /[\0\r\n]/.exec(line);
  if (wrong !== null) {
    const message = `${command.verb}: ${JSON.stringify(wrong[0])} at position ${wrong.index} would end the command`;
    throw misconfigured(message);
  }
  return `${line}\r\n`;
}

function unguarded(command: Command): string {
  switch (command.verb) {
    case "HELO":
    case "EHLO":
    case "LHLO":
      return `${command.verb} ${command.domain}`;
    case "MAIL":
      return `MAIL FROM:<${command.from ?? ""}>${formatMailParameters(command.parameters)}`;
    case "RCPT":
      return `RCPT TO:<${command.to}>${formatRcptParameters(command.parameters)}`;
    case "BDAT":
      return `BDAT ${command.size}${command.last ? " LAST" : ""}`;
    case "BURL":
      return `BURL ${command.url}${command.last ? " LAST" : ""}`;
    case "ETRN":
      return `ETRN ${formatEtrn(command.kind, command.name)}`;
    case "ATRN":
      return command.domains.length === 0 ? "ATRN" : `ATRN ${command.domains.join(",")}`;
    case "AUTH": {
      const { mechanism, initialResponse } = command;
      return initialResponse === undefined
        ? `AUTH ${mechanism}`
        : `AUTH ${mechanism} ${initialResponse || "="}`;
    }
    case "XCLIENT":
      return `XCLIENT ${formatXclient(command.attributes)}`;
    case "XFORWARD":
      return `XFORWARD ${formatXforward(command.attributes)}`;
    case "VRFY":
    case "EXPN":
      return `${command.verb} ${command.argument}`;
    case "NOOP":
    case "HELP":
      return command.argument === undefined ? command.verb : `${command.verb} ${command.argument}`;
    case "DATA":
    case "RSET":
    case "QUIT":
    case "STARTTLS":
      return command.verb;
  }
}

/** What the reader of a command must know about the session. */
export interface CommandContext {
  /** Whether an extension is in force: parameters of one that is not are refused. */
  offers(extension: ExtensionKeyword): boolean;
  /** Whether the current transaction began with SMTPUTF8: otherwise its addresses are ASCII (RFC 6531 3.4). */
  readonly smtpUtf8: boolean;
  /**
   * Accepts small mistakes if the meaning is clear: dots at wrong places in a local part, as some mobile carriers
   * assign them; paths without angle brackets; IPv6 literals without their tag in EHLO.
   */
  readonly lenient: boolean;
}

/**
 * Reads a command line without its line end; a {@link Reply} is the refusal.
 *
 * Verbs and keywords may be in any case, and white space may follow (RFC 5321 4.1.1). The line must not contain CR, LF
 * or NUL. A source route is read and ignored (RFC 5321 4.1.1.3). `known` is the verb, if it was read already.
 */
export function parseCommand(line: string, context: CommandContext, known?: Verb): Command | Reply {
  const space = line.indexOf(" ");
  const verb = known ?? (space === -1 ? line : line.slice(0, space)).toUpperCase();
  const argument = space === -1 ? "" : line.slice(space + 1).trim();
  switch (verb) {
    case "HELO":
    case "EHLO":
    case "LHLO":
      return parseHello(verb, argument, context);
    case "MAIL":
      return parseMail(argument, context);
    case "RCPT":
      return parseRcpt(argument, context);
    case "BDAT":
      return parseBdat(argument);
    case "BURL":
      return parseBurl(argument);
    case "ETRN":
      return parseEtrn(argument);
    case "ATRN":
      return parseAtrn(argument);
    case "AUTH":
      return parseAuth(argument);
    case "XCLIENT":
      return withAttributes(verb, parseXclient(argument));
    case "XFORWARD":
      return withAttributes(verb, parseXforward(argument));
    case "VRFY":
    case "EXPN":
      return argument === "" ? Reply.of(501, "5.5.4", `${verb} needs an argument`) : { verb, argument };
    case "NOOP":
    case "HELP":
      return argument === "" ? { verb } : { verb, argument };
    case "DATA":
    case "RSET":
    case "QUIT":
    case "STARTTLS":
      return argument === "" ? { verb } : Reply.of(501, "5.5.4", `${verb} takes no argument`);
    default:
      return Reply.of(500, "5.5.2", "Command not recognised");
  }
}

function parseHello(
  verb: "HELO" | "EHLO" | "LHLO",
  name: string,
  { lenient }: CommandContext,
): Command | Reply {
  const domain = lenient ? name.replace(/^\[(?=[\da-f]*:[\da-f:.]*\]$)/i, "[IPv6:") : name;
  if (!isHelloName(domain)) return Reply.of(501, "5.5.4", `${verb} needs the name of the client`);
  return { verb, domain };
}

function withAttributes<V extends string, A extends object>(verb: V, attributes: A | Reply) {
  return attributes instanceof Reply ? attributes : { verb, attributes };
}

function parseMail(argument: string, { offers, lenient }: CommandContext): Command | Reply {
  const path = readPath("FROM:", argument, lenient);
  if (path === undefined) return Reply.of(501, "5.5.4", "Syntax: MAIL FROM:<address>");
  const parameters = parseMailParameters(path.rest, offers);
  if (parameters instanceof Reply) return parameters;
  if (path.mailbox === "") return { verb: "MAIL", from: null, parameters };
  if (!isAsciiText(path.mailbox) && parameters.SMTPUTF8 === undefined) return nonAscii;
  const from = readAddress(path.mailbox, lenient);
  return from === undefined
    ? Reply.of(501, "5.1.7", "Bad sender address syntax")
    : { verb: "MAIL", from, parameters };
}

function parseRcpt(argument: string, { offers, smtpUtf8, lenient }: CommandContext): Command | Reply {
  const path = readPath("TO:", argument, lenient);
  if (path === undefined || path.mailbox === "") return Reply.of(501, "5.5.4", "Syntax: RCPT TO:<address>");
  const parameters = parseRcptParameters(path.rest, offers);
  if (parameters instanceof Reply) return parameters;
  if (!isAsciiText(path.mailbox) && !smtpUtf8) return nonAscii;
  if (path.mailbox.toLowerCase() === "postmaster") return { verb: "RCPT", to: "postmaster", parameters };
  const to = readAddress(path.mailbox, lenient);
  return to === undefined
    ? Reply.of(501, "5.1.3", "Bad recipient address syntax")
    : { verb: "RCPT", to, parameters };
}

/** The number of octets must be known: without it the next command cannot be found. */
function parseBdat(argument: string): Command | Reply {
  const match = /^(\d{1,15})(?: +(LAST))?$/i.exec(argument);
  return match === null
    ? Reply.of(521, "5.5.4", "Syntax: BDAT octets [LAST]")
    : { verb: "BDAT", size: Number(match[1]), last: match[2] !== undefined };
}

/** Any absolute URI (RFC 4468 section 3.5). Which ones the server takes is decided later. */
function parseBurl(argument: string): Command | Reply {
  const match = /^([A-Za-z][A-Za-z\d+.-]*:[!-~]+)(?: +(LAST))?$/i.exec(argument);
  return match === null
    ? Reply.of(501, "5.5.4", "Syntax: BURL url [LAST]")
    : { verb: "BURL", url: match[1] as string, last: match[2] !== undefined };
}

function parseAuth(argument: string): Command | Reply {
  const match = /^([A-Za-z0-9_-]{1,20})(?: +(=|[A-Za-z0-9+/]+={0,2}))?$/.exec(argument);
  if (match === null) return Reply.of(501, "5.5.2", "Syntax: AUTH mechanism [initial-response]");
  const response = match[2];
  const initialResponse = response === "=" ? "" : response;
  return { verb: "AUTH", mechanism: (match[1] as string).toUpperCase(), initialResponse };
}

const nonAscii = Reply.of(553, "5.6.7", "A non-ASCII address needs SMTPUTF8");

/** Reads the mailbox between `<` and `>`, which may contain quoted strings, and what follows. */
function readPath(
  prefix: string,
  argument: string,
  lenient: boolean,
): { mailbox: string; rest: string } | undefined {
  if (!argument.startsWith(prefix) && argument.slice(0, prefix.length).toUpperCase() !== prefix)
    return undefined;
  const path = argument.slice(prefix.length);
  const match = bracketed.exec(path) ?? (lenient ? bare.exec(path) : null);
  if (match === null) return undefined;
  return { mailbox: match[1] as string, rest: path.slice(match[0].length) };
}

const bracketed: RegExp = /^ *<(?:@[^:<>"]*:)?((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>(?= |$)/;
const bare: RegExp = /^ *(?:@[^:<>" ]*:)?((?:"(?:[^"\\]|\\.)*"|[^"<> ])+)(?= |$)/;

function readAddress(text: string, lenient: boolean = false): Address | undefined {
  const [, localPart, domain] = (lenient && dottyAddress.exec(text)) || [];
  try {
    return localPart === undefined || domain === undefined
      ? Address.parse(text)
      : Address.of(localPart, domain);
  } catch {
    return undefined;
  }
}

/** Atoms with dots anywhere. With quotes it would be an address: `"a..b"@example.org`. */
const dottyAddress: RegExp = /^([\w!#$%&'*+/=?^`{|}~.-]+)@([^@]+)$/;
