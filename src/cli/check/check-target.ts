import { isIP } from "node:net";
import { canonicalDomain } from "../../address/domain.ts";
import { reasonOf } from "../../errors.ts";
import { SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT } from "../../protocol/ports.ts";
import { readUrl } from "../../transport/smtp/url/url.ts";
import { CommandError } from "../exit-status.ts";
import type { ServerTarget } from "./server/server-target.ts";

/** What is to be checked: a server by its URL, or a domain. */
export type CheckTarget =
  | { readonly kind: "server"; readonly server: ServerTarget; readonly user?: string; readonly password?: string }
  | { readonly kind: "domain"; readonly domain: string };

/**
 * Reads what the command is given.
 *
 * @throws CommandError with the status for a wrong call, which does not repeat a URL: it may contain a password.
 */
export function readTarget(text: string): CheckTarget {
  if (text.includes("://")) return readServer(text);
  const [, host = "", port] = /^(.*?):(\d+)$/.exec(text) ?? [];
  if (port !== undefined && isIP(text) === 0)
    throw wrong(`to check the server at this port, write ${schemeFor(port)}://${host}:${port}${queryFor(port)}`);
  if (isIP(text) !== 0) throw wrong(`to check the server at this address, write smtp://${bracketed(text)}`);
  if (text.includes("@")) throw wrong(`expected a domain without a user: ${text.slice(text.lastIndexOf("@") + 1)}`);
  try {
    const domain = canonicalDomain(text.replace(/\.$/, ""));
    if (domain.includes(".") && !domain.startsWith("[")) return { kind: "domain", domain };
  } catch (error) {
    throw wrong(`expected a domain such as example.org or a URL such as smtps://mail.example.org: ${reasonOf(error)}`);
  }
  throw wrong(`expected a domain with a dot; to check a server, write smtp://${text}`);
}

function readServer(text: string): CheckTarget {
  const { bare, user, password } = withoutLogin(text);
  const { dialect, host, settings } = readUrl(bare);
  const chosen = Object.fromEntries(settings) as {
    readonly tls?: { readonly mode: ServerTarget["tls"]; readonly parameters?: { readonly domain?: string } };
    readonly port?: number;
    readonly helloName?: string;
    readonly unixSocket?: string;
    readonly proxy?: string;
  };
  if (dialect === "lmtp" || chosen.unixSocket !== undefined)
    throw wrong("expected smtp: or smtps: with a host; LMTP and Unix sockets cannot be checked");
  if (chosen.proxy !== undefined) throw wrong("a server cannot be checked through a proxy");
  const tls = chosen.tls?.mode ?? "none";
  const server: ServerTarget = {
    ...{ host: host.replace(/^\[(.*)\]$/, "$1"), port: chosen.port ?? ports[tls], tls },
    name: chosen.tls?.parameters?.domain ?? host.replace(/^\[(.*)\]$/, "$1").replace(/%.*$/s, ""),
    helloName: chosen.helloName,
  };
  return { kind: "server", server, ...(user !== "" && { user }), ...(password !== "" && { password }) };
}

const ports: Readonly<Record<ServerTarget["tls"], number>> = {
  none: SMTP_PORT,
  opportunistic: SMTP_PORT,
  required: SUBMISSION_PORT,
  wrapper: SUBMISSIONS_PORT,
};

/** A URL of a transport must have both user and password, or none. */
function withoutLogin(text: string): { bare: string; user: string; password: string } {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // The error of the reader is better.
    return { bare: text, user: "", password: "" };
  }
  const decoded = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw wrong("user and password must be percent-encoded");
    }
  };
  const login = { user: decoded(url.username), password: decoded(url.password) };
  if (url.username === "" && url.password === "") return { bare: text, ...login };
  url.username = "";
  url.password = "";
  return { bare: url.href, ...login };
}

function schemeFor(port: string): string {
  return port === "465" ? "smtps" : "smtp";
}

function queryFor(port: string): string {
  return port === "587" ? "?tls=required" : "";
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function wrong(problem: string): CommandError {
  return new CommandError(`check: ${problem}`);
}
