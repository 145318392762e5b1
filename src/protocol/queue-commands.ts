import { canonicalDomain } from "../address/domain.ts";
import { Reply } from "./reply.ts";

/**
 * Which mail ETRN asks for (RFC 1985 section 5.1): of one host, of a domain and all below it, or of a queue by name.
 */
export type QueueKind = "host" | "subtree" | "queue";

/** The command that asks for mail to be sent. */
export interface EtrnCommand {
  readonly verb: "ETRN";
  readonly kind: QueueKind;
  readonly name: string;
}

/** The command that asks for the mail of domains, or without domains for all, over the same connection. */
export interface AtrnCommand {
  readonly verb: "ATRN";
  readonly domains: readonly string[];
}

const prefixes: Readonly<Record<QueueKind, string>> = { host: "", subtree: "@", queue: "#" };

/** The argument of ETRN. */
export function formatEtrn(kind: QueueKind, name: string): string {
  return `${prefixes[kind]}${name}`;
}

/** Reads the argument of ETRN. Domains become canonical; the name of a queue is any text without blanks. */
export function parseEtrn(argument: string): EtrnCommand | Reply {
  const kind = argument.startsWith("@") ? "subtree" : argument.startsWith("#") ? "queue" : "host";
  const given = argument.slice(prefixes[kind].length);
  const name = kind === "queue" ? queueName(given) : domainName(given);
  return name === undefined
    ? Reply.of(501, "5.5.4", "Syntax: ETRN domain, ETRN @domain or ETRN #queue")
    : { verb: "ETRN", kind, name };
}

/** Reads the argument of ATRN: domains, or nothing for all that the client may have (RFC 2645 section 5.2.1). */
export function parseAtrn(argument: string): AtrnCommand | Reply {
  const domains: string[] = [];
  for (const given of argument === "" ? [] : argument.split(",")) {
    const name = domainName(given);
    if (name === undefined) return Reply.of(501, "5.5.4", "Syntax: ATRN [domain,domain...]");
    if (!domains.includes(name)) domains.push(name);
  }
  return { verb: "ATRN", domains };
}

function queueName(text: string): string | undefined {
  return /^[!-~]{1,255}$/.test(text) ? text : undefined;
}

function domainName(text: string): string | undefined {
  try {
    return canonicalDomain(text);
  } catch {
    return undefined;
  }
}
