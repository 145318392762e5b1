import { isIPv4, isIPv6 } from "node:net";
import type { FaultPoint } from "../faults/definition/fault.ts";

/**
 * How a command line, without its end, violates RFC 5321 4.1 or the extensions, although many servers accept it;
 * `undefined` if it does not, or is not a command.
 */
export function syntaxProblem(line: string, at: FaultPoint): string | undefined {
  const pattern = SYNTAX[at];
  if (pattern === undefined) return unknownProblem(line, at);
  if (!pattern.test(line)) return blankProblem(line) ?? shapeProblem(line, at);
  const [, argument = ""] = line.split(" ", 2);
  return HELLO.has(at) ? helloProblem(argument) : undefined;
}

/** A command that would be known without what precedes or follows it. */
function unknownProblem(line: string, at: FaultPoint): string | undefined {
  return at === "unknown" && KNOWN.test(line) ? "white space that does not belong there" : undefined;
}

/** The problem, if it is only about spaces. */
function blankProblem(line: string): string | undefined {
  if (/^(?:HELO|EHLO|LHLO)[ \t]*$/i.test(line)) return "no name";
  if (/^(?:MAIL FROM|RCPT TO)(?: +:|: )/i.test(line)) return "a blank beside the colon";
  if (/[ \t]$/.test(line)) return "white space at the end";
  if (/\t| {2}/.test(line.replace(/"(?:[^"\\]|\\.)*"/g, ""))) return "more than a single blank";
  return undefined;
}

function shapeProblem(line: string, at: FaultPoint): string {
  const [, argument = ""] = /^\S+[ \t]*(.*)$/.exec(line) ?? [];
  if (HELLO.has(at)) return "a name that is neither a domain nor an address literal";
  if (at !== "mail" && at !== "rcpt")
    return argument === "" ? "no argument" : "an argument that cannot be one";
  return /^(?:FROM|TO):</i.test(argument)
    ? "a path or a parameter that cannot be one"
    : "a path without angle brackets";
}

/**
 * The problem of a name that is a number, or of a literal that is not valid. The last label of a name is not a number
 * (RFC 1123 2.1).
 */
function helloProblem(name: string): string | undefined {
  if (isIPv4(name) || isIPv6(name)) return "an address without brackets";
  if (!name.startsWith("[")) return undefined;
  const literal = name.slice(1, -1);
  if (isIPv4(literal) || (/^IPv6:/i.test(literal) && isIPv6(literal.slice("IPv6:".length)))) return undefined;
  return "an address literal that is not valid (RFC 5321 4.1.3)";
}

const ATEXT = "[\\w!#$%&'*+/=?^`{|}~\\x80-\\u{10ffff}-]+";
const QUOTED = '"(?:[^"\\\\\\0-\\x1f\\x7f]|\\\\[ -~])*"';
const LABEL = "[A-Za-z0-9\\x80-\\u{10ffff}](?:[A-Za-z0-9\\x80-\\u{10ffff}-]*[A-Za-z0-9\\x80-\\u{10ffff}])?";
const DOMAIN = `${LABEL}(?:\\.${LABEL})*`;
const LITERAL = "\\[[!-Z^-~]+\\]";
const MAILBOX = `(?:${ATEXT}(?:\\.${ATEXT})*|${QUOTED})@(?:${DOMAIN}|${LITERAL})`;
const ROUTE = `(?:@${DOMAIN}(?:,@${DOMAIN})*:)?`;
const PARAMETERS = "(?: [A-Za-z0-9][A-Za-z0-9-]*(?:=[^\\0- =\\x7f]+(?:=[^\\0- \\x7f]*)?)?)*";

const hello = (verb: string): RegExp => new RegExp(`^${verb} (?:${DOMAIN}|\\[[!-~]+\\]|[\\da-f:.]+)$`, "iu");
const bare = (verb: string): RegExp => new RegExp(`^${verb}$`, "i");
const open = (verb: string, required: boolean): RegExp =>
  new RegExp(`^${verb}(?: .*)${required ? "" : "?"}$`, "is");

/** The syntax of each command (RFC 5321 4.1.1, RFC 3030 2, RFC 3207 4, RFC 4954 4). */
const SYNTAX: { readonly [P in FaultPoint]?: RegExp } = {
  helo: hello("HELO"),
  ehlo: hello("EHLO"),
  lhlo: hello("LHLO"),
  mail: new RegExp(`^MAIL FROM:<(?:${ROUTE}${MAILBOX})?>${PARAMETERS}$`, "iu"),
  rcpt: new RegExp(`^RCPT TO:<(?:${ROUTE}${MAILBOX}|postmaster)>${PARAMETERS}$`, "iu"),
  data: bare("DATA"),
  rset: bare("RSET"),
  quit: bare("QUIT"),
  starttls: bare("STARTTLS"),
  noop: open("NOOP", false),
  vrfy: open("VRFY", true),
  expn: open("EXPN", true),
  bdat: /^BDAT \d{1,20}(?: LAST)?$/i,
  auth: /^AUTH [\w-]{1,20}(?: (?:=|[A-Za-z0-9+/]+={0,2}))?$/i,
};

const HELLO: ReadonlySet<FaultPoint> = new Set<FaultPoint>(["helo", "ehlo", "lhlo"]);

/** A known verb after spaces, or followed by something other than a space. */
const KNOWN =
  /^(?:[ \t]+(?:HELO|EHLO|LHLO|MAIL|RCPT|DATA|BDAT|RSET|NOOP|QUIT|VRFY|EXPN|STARTTLS|AUTH)(?![\w-])|(?:HELO|EHLO|LHLO|MAIL|RCPT|DATA|BDAT|RSET|NOOP|QUIT|VRFY|EXPN|STARTTLS|AUTH)\t)/i;
