import { canonicalIpv6 } from "../text/ip-address.ts";

/** An IMAP URL that carries an authorization: who may fetch which part of which message (RFC 5092, RFC 4467). */
export interface AuthorizedImapUrl {
  /** The server and its port: `imap.example.org:143`, in lower case; an IPv6 address is in brackets. */
  readonly server: string;
  /** Who may fetch it: `submit+` is a submission server on behalf of that user (RFC 4467 section 3). */
  readonly access:
    | { readonly by: "submit" | "user"; readonly user: string }
    | { readonly by: "authuser" | "anonymous" };
}

/**
 * Reads an IMAP URL with URLAUTH, which names one message, or a part of one, of one mailbox. Keywords may be in any
 * case.
 *
 * @returns `undefined` if the text is anything else, an IMAP URL without URLAUTH too.
 */
export function parseAuthorizedImapUrl(text: string): AuthorizedImapUrl | undefined {
  const { host, port, access } = URL_SYNTAX.exec(text)?.groups ?? {};
  if (host === undefined || access === undefined) return undefined;
  const server = serverOf(host, port);
  const by = readAccess(access);
  return by === undefined || server === undefined ? undefined : { server, access: by };
}

/**
 * Reads the name of an IMAP server: a domain, or an IP address (IPv6 in brackets), and a port if it is not 143.
 *
 * @returns the canonical form, as in {@link AuthorizedImapUrl}; `undefined` if the text is not such a name.
 */
export function parseImapServer(text: string): string | undefined {
  const { host, port } = SERVER_SYNTAX.exec(text)?.groups ?? {};
  return host === undefined ? undefined : serverOf(host, port);
}

function serverOf(host: string, port: string | undefined): string | undefined {
  const number = port === undefined ? IMAP_PORT : Number(port);
  const name = host.startsWith("[") ? canonicalIpv6(host.slice(1, -1)) : host.toLowerCase();
  if (name === undefined || number < 1 || number > 65_535) return undefined;
  return `${name.includes(":") ? `[${name}]` : name}:${number}`;
}

/** A URL need not name this port (RFC 5092 section 4). */
const IMAP_PORT = 143;

function readAccess(text: string): AuthorizedImapUrl["access"] | undefined {
  const plus = text.indexOf("+");
  const by = (plus === -1 ? text : text.slice(0, plus)).toLowerCase();
  if (by === "authuser" || by === "anonymous") return { by };
  const user = decode(text.slice(plus + 1));
  return user === undefined ? undefined : { by: by as "submit" | "user", user };
}

/** Decodes UTF-8 in percent-encoding. A line end or NUL is no part of a name. */
function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text);
    return /[\0\r\n]/.test(decoded) ? undefined : decoded;
  } catch {
    return undefined;
  }
}

// The names are those of RFC 5092 section 11.
const ACHAR = "(?:[\\w.~!$'()*+,&=-]|%[\\dA-Fa-f]{2})";
const BCHAR = `(?:${ACHAR}|[:@/])`;
const HOST =
  "(?:[A-Za-z\\d](?:[\\w-]*[A-Za-z\\d])?(?:\\.[A-Za-z\\d](?:[\\w-]*[A-Za-z\\d])?)*|\\[[\\dA-Fa-f:.]+\\])";
const USERINFO = `(?:${ACHAR}+(?:;AUTH=${ACHAR}+)?|;AUTH=${ACHAR}+)@`;
const SERVER = `(?<host>${HOST})(?::(?<port>\\d{1,5}))?`;
const SERVER_SYNTAX: RegExp = new RegExp(`^${SERVER}$`, "i");
const NUMBER = "[1-9]\\d{0,9}";
const MESSAGE = `/${BCHAR}+?(?:;UIDVALIDITY=${NUMBER})?/;UID=${NUMBER}(?:/;SECTION=${BCHAR}+?)?(?:/;PARTIAL=\\d{1,10}(?:\\.${NUMBER})?)?`;
const EXPIRE = ";EXPIRE=\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,9})?(?:Z|[+-]\\d\\d:\\d\\d)";
const ACCESS = `(?<access>(?:submit|user)\\+${ACHAR}+|authuser|anonymous)`;
const URL_SYNTAX: RegExp = new RegExp(
  `^imap://(?:${USERINFO})?${SERVER}${MESSAGE}(?:${EXPIRE})?;URLAUTH=${ACCESS}:[A-Za-z\\d.-]+:[\\dA-Fa-f]{32,}$`,
  "i",
);
