import { Address } from "../address/address.ts";
import { misconfigured } from "../errors.ts";
import type { ExtensionKeyword } from "./extensions.ts";
import type { WithOthers } from "./parameters/other-parameter.ts";
import {
  formatMailParameters,
  formatRcptParameters,
  type MailParameters,
  parseMailParameters,
  parseRcptParameters,
  type RcptParameters,
} from "./parameters/parameters.ts";
import { Reply } from "./reply.ts";

/** A command of SMTP (RFC 5321 4.1), both as a client says it and as a server understood it. */
export type Command =
  | { readonly verb: "HELO" | "EHLO" | "LHLO"; readonly domain: string }
  | { readonly verb: "MAIL"; readonly from: Address | null; readonly parameters: WithOthers<MailParameters> }
  | {
      readonly verb: "RCPT";
      readonly to: Address | "postmaster";
      readonly parameters: WithOthers<RcptParameters>;
    }
  | { readonly verb: "BDAT"; readonly size: number; readonly last: boolean }
  | { readonly verb: "AUTH"; readonly mechanism: string; readonly initialResponse?: string | undefined }
  | { readonly verb: "VRFY" | "EXPN"; readonly argument: string }
  | { readonly verb: "NOOP" | "HELP"; readonly argument?: string }
  | { readonly verb: "DATA" | "RSET" | "QUIT" | "STARTTLS" };

/** The verb of a command. */
export type Verb = Command["verb"];

/**
 * The line of a command, its CRLF included.
 *
 * This is the one place where text becomes a command line, and so the one that keeps CR, LF and NUL out of it.
 *
 * @throws EnvoiError of kind `"configuration"` where an argument holds one of them.
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
    case "AUTH": {
      const { mechanism, initialResponse } = command;
      return initialResponse === undefined
        ? `AUTH ${mechanism}`
        : `AUTH ${mechanism} ${initialResponse || "="}`;
    }
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

/** What the reader of a command has to know of the session. */
export interface CommandContext {
  /** Whether an extension is in force: parameters of one that is not are refused. */
  offers(extension: ExtensionKeyword): boolean;
  /** Whether the transaction under way was begun with SMTPUTF8: without that its addresses are ASCII (RFC 6531 3.4). */
  readonly smtpUtf8: boolean;
  /**
   * Takes what is not quite right if it is clear what is meant: local parts whose dots stand where they must not, as
   * some carriers give them out; paths without their angle brackets; in EHLO, IPv6 literals without their tag.
   */
  readonly lenient: boolean;
}

/**
 * Understands a command line, given without its line end; a {@link Reply} is the refusal.
 *
 * Verbs and keywords come in any case, and white space may trail (RFC 5321 4.1.1). The line holds no CR, LF or NUL:
 * whoever cut it off has seen to that. A source route is read and ignored (RFC 5321 4.1.1.3). `known` is the verb, if
 * it has been read already.
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
    case "AUTH":
      return parseAuth(argument);
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
  const sound = domain !== "" && domain.length <= 255 && /^(?:[!-~]|[^\0-\x7f\p{C}\p{Z}])+$/u.test(domain);
  if (!sound || !(domain.startsWith("[") ? isAddressLiteral(domain) : /^[^[\]()<>@,;:\\"]+$/.test(domain))) {
    return Reply.of(501, "5.5.4", `${verb} needs the name of the client`);
  }
  return { verb, domain };
}

function parseMail(argument: string, { offers, lenient }: CommandContext): Command | Reply {
  const path = readPath("FROM:", argument, lenient);
  if (path === undefined) return Reply.of(501, "5.5.4", "Syntax: MAIL FROM:<address>");
  const parameters = parseMailParameters(path.rest, offers);
  if (parameters instanceof Reply) return parameters;
  if (path.mailbox === "") return { verb: "MAIL", from: null, parameters };
  if (!isAscii(path.mailbox) && parameters.SMTPUTF8 === undefined) return nonAscii;
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
  if (!isAscii(path.mailbox) && !smtpUtf8) return nonAscii;
  if (path.mailbox.toLowerCase() === "postmaster") return { verb: "RCPT", to: "postmaster", parameters };
  const to = readAddress(path.mailbox, lenient);
  return to === undefined
    ? Reply.of(501, "5.1.3", "Bad recipient address syntax")
    : { verb: "RCPT", to, parameters };
}

/** How many octets follow has to be known: without that nobody can tell where the next command begins. */
function parseBdat(argument: string): Command | Reply {
  const match = /^(\d{1,15})(?: +(LAST))?$/i.exec(argument);
  return match === null
    ? Reply.of(521, "5.5.4", "Syntax: BDAT octets [LAST]")
    : { verb: "BDAT", size: Number(match[1]), last: match[2] !== undefined };
}

function parseAuth(argument: string): Command | Reply {
  const match = /^([A-Za-z0-9_-]{1,20})(?: +(=|[A-Za-z0-9+/]+={0,2}))?$/.exec(argument);
  if (match === null) return Reply.of(501, "5.5.2", "Syntax: AUTH mechanism [initial-response]");
  const response = match[2];
  const initialResponse = response === "=" ? "" : response;
  return { verb: "AUTH", mechanism: (match[1] as string).toUpperCase(), initialResponse };
}

const nonAscii = Reply.of(553, "5.6.7", "A non-ASCII address needs SMTPUTF8");

/** The mailbox between `<` and `>`, quoted strings respected, and what follows. */
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

/** Atoms with dots anywhere: quotes would have made it an address (`"a..b"@example.org`), and are all that it lacks. */
const dottyAddress: RegExp = /^([\w!#$%&'*+/=?^`{|}~.-]+)@([^@]+)$/;

function isAddressLiteral(text: string): boolean {
  return readAddress(`a@${text}`) !== undefined;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
