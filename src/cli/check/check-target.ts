import { isIP } from "node:net";
import { canonicalDomain } from "../../address/domain.ts";
import { reasonOf } from "../../errors.ts";
import { SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT } from "../../protocol/ports.ts";
import { readUrl } from "../../transport/smtp/url/url.ts";
import { CommandError } from "../exit-status.ts";
import { inNamed, type NamedRelay, namedRelay } from "../send/relay/relay-url.ts";
import type { Terminal } from "../terminal.ts";
import type { ServerTarget } from "./server/server-target.ts";

/** What is to be checked: a server, with the login in its URL, or a domain. */
export type CheckTarget =
  | { readonly kind: "server"; readonly server: ServerTarget; readonly relay: NamedRelay }
  | { readonly kind: "domain"; readonly domain: string };

/**
 * Reads what the command is given: a domain, a URL, or a host with a port. Without it, what ENVOI_RELAY or SMTP_URL
 * names is checked.
 *
 * @throws CommandError with the status for a wrong call, which does not repeat a URL: it may contain a password.
 */
export function readTarget(text: string | undefined, environment: Terminal["environment"]): CheckTarget {
  if (text === undefined) {
    const { ENVOI_RELAY, SMTP_URL } = environment;
    if (ENVOI_RELAY || SMTP_URL) return serverAt(namedRelay(undefined, environment));
    throw wrong("expected a URL or a domain, got nothing. Name one, or set ENVOI_RELAY");
  }
  if (!text.includes("://") && text.includes("@") && !text.includes(":"))
    throw wrong(`expected a domain without a user, such as ${text.slice(text.lastIndexOf("@") + 1)}`);
  const isDomain = !/[:/]/.test(text) && isIP(text) === 0 && text.replace(/\.$/, "").includes(".");
  if (isDomain) return { kind: "domain", domain: readDomain(text) };
  return serverAt(namedRelay(text, {}, "check"));
}

function readDomain(text: string): string {
  try {
    return canonicalDomain(text.replace(/\.$/, ""));
  } catch (error) {
    throw wrong(
      `expected a domain such as example.org or a URL such as smtps://mail.example.org: ${reasonOf(error)}`,
    );
  }
}

function serverAt(relay: NamedRelay): CheckTarget {
  const { dialect, host: named, settings } = inNamed(relay.source, () => readUrl(relay.url.href));
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
  const host = named.replace(/^\[(.*)\]$/, "$1");
  const server: ServerTarget = {
    ...{ host, port: chosen.port ?? ports[tls], tls },
    name: chosen.tls?.parameters?.domain ?? host.replace(/%.*$/s, ""),
    helloName: chosen.helloName,
  };
  return { kind: "server", server, relay };
}

const ports: Readonly<Record<ServerTarget["tls"], number>> = {
  none: SMTP_PORT,
  opportunistic: SMTP_PORT,
  required: SUBMISSION_PORT,
  wrapper: SUBMISSIONS_PORT,
};

function wrong(problem: string): CommandError {
  return new CommandError(`check: ${problem}`);
}
