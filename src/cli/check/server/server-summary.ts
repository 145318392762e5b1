import type { Limits } from "../../../protocol/extensions.ts";
import { foreign } from "../../foreign-text.ts";
import type { SeenCertificate } from "../connection/seen-certificate.ts";
import { isVerified } from "./judge-certificate.ts";
import type { ServerFacts } from "./server-facts.ts";

/** A certificate as a report shows it. Texts are safe to print. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly validTo: string;
  readonly key: string;
}

/** What was learnt about a server, as a report shows it: plain data. Texts are safe to print. */
export interface ServerSummary {
  readonly host: string;
  readonly port: number;
  readonly tls: string;
  readonly addresses: readonly { readonly address: string; readonly outcome: string; readonly ms: number }[];
  /** The other usual ports of the first address. */
  readonly otherPorts: Readonly<Record<string, string>>;
  readonly greeting?: string;
  readonly greetingMs?: number;
  /** The name of the server in its reply to EHLO. */
  readonly name?: string;
  readonly extensions?: Readonly<Record<string, string>>;
  readonly startTls?: string;
  readonly encryption?: {
    readonly protocol: string;
    readonly cipher: string;
    readonly keyExchange?: string;
    readonly verified: boolean;
    readonly chain: readonly CertificateSummary[];
    /** The cipher of each version; `false` if the server does not speak it, `null` if that could not be found out. */
    readonly versions: Readonly<Record<string, string | false | null>>;
  };
  readonly mechanisms?: { readonly plaintext?: readonly string[]; readonly encrypted?: readonly string[] };
  readonly login?: { readonly mechanism?: string; readonly accepted: boolean; readonly reply?: string };
  readonly maxMessageSize?: number;
  readonly limits?: Limits;
  readonly transaction?: {
    readonly mail: string;
    readonly rcpt?: string;
    readonly pipelined?: readonly string[];
  };
  /** The shortest time from a command to its reply, in milliseconds. */
  readonly roundTripMs?: number;
}

/** Makes plain data of what was learnt. */
export function summarize(facts: ServerFacts, now: number = Date.now()): ServerSummary {
  const { target, hello, clearHello, tls, login, transaction } = facts;
  const extensions = hello?.capabilities.extensions;
  const clear = clearHello?.capabilities.extensions.AUTH;
  const encrypted = tls === undefined ? undefined : extensions?.AUTH;
  return {
    ...{ host: target.host, port: target.port, tls: target.tls },
    addresses: facts.addresses.map(({ address, outcome, ms }) => ({ address, outcome, ms })),
    otherPorts: Object.fromEntries(facts.otherPorts.map(({ port, outcome }) => [String(port), outcome])),
    ...(facts.greeting && { greeting: foreign(String(facts.greeting)) }),
    ...(facts.greetingMs !== undefined && { greetingMs: facts.greetingMs }),
    ...(hello && {
      name: foreign(hello.capabilities.domain, 100),
      extensions: Object.fromEntries(
        [...hello.capabilities.keywords]
          .slice(0, 60)
          .map(([key, value]) => [foreign(key, 60), foreign(value)]),
      ),
    }),
    ...(facts.startTls?.reply && { startTls: foreign(String(facts.startTls.reply)) }),
    ...(tls && {
      encryption: {
        ...{ protocol: tls.protocol, cipher: tls.cipher, verified: isVerified(tls, now) },
        ...(tls.exchange && { keyExchange: `${tls.exchange.name}, ${tls.exchange.bits} bits` }),
        chain: tls.chain.map(certificate),
        versions: Object.fromEntries(
          [...(facts.versions ?? [])].map(([version, cipher]) => [version, cipher ?? null]),
        ),
      },
    }),
    ...((clear || encrypted) && {
      mechanisms: {
        ...(clear && { plaintext: clear.map((each) => foreign(each, 40)) }),
        ...(encrypted && { encrypted: encrypted.map((each) => foreign(each, 40)) }),
      },
    }),
    ...(login && {
      login: {
        ...(login.mechanism && { mechanism: login.mechanism }),
        accepted: login.reply?.code === 235,
        ...(login.reply && { reply: foreign(String(login.reply)) }),
      },
    }),
    ...(extensions?.SIZE && { maxMessageSize: extensions.SIZE }),
    ...(extensions?.LIMITS && { limits: extensions.LIMITS }),
    ...(transaction && {
      transaction: {
        mail: foreign(String(transaction.mail)),
        ...(transaction.rcpt && { rcpt: foreign(String(transaction.rcpt)) }),
        ...(transaction.group && { pipelined: transaction.group.map((reply) => foreign(String(reply))) }),
      },
    }),
    ...(facts.roundTrip !== undefined && { roundTripMs: facts.roundTrip }),
  };
}

function certificate({
  subject,
  issuer,
  names,
  validFrom,
  validTo,
  keyType,
  keyBits,
}: SeenCertificate): CertificateSummary {
  return {
    subject: foreign(subject, 100),
    issuer: foreign(issuer, 100),
    names: names.slice(0, 20).map((name) => foreign(name, 100)),
    validFrom: day(validFrom),
    validTo: day(validTo),
    key: `${keyType.toUpperCase()}${keyBits === undefined ? "" : ` ${keyBits}`}`,
  };
}

function day(date: Date): string {
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

/** The rows of a report for a person: what it is, and what was learnt of it. */
export function rowsOf(summary: ServerSummary): [label: string, text: string][] {
  const rows: [string, string][] = [];
  const { encryption, mechanisms, login, transaction, extensions } = summary;
  const addresses = summary.addresses.map(({ address, outcome, ms }) =>
    outcome === "connected" ? `${address} (${ms} ms)` : `${address} (${outcome})`,
  );
  if (addresses.length > 0) rows.push(["addresses", addresses.join(", ")]);
  const ports = Object.entries(summary.otherPorts).map(
    ([port, outcome]) => `${port} ${outcome === "connected" ? "answers" : outcome}`,
  );
  if (ports.length > 0) rows.push(["other ports", ports.join(", ")]);
  if (summary.greeting !== undefined)
    rows.push(["greeting", `${summary.greeting} (${summary.greetingMs} ms)`]);
  if (extensions !== undefined)
    rows.push([
      "EHLO",
      Object.entries(extensions)
        .map(([key, value]) => (value === "" ? key : `${key} ${value}`))
        .join(", ") || "no extensions",
    ]);
  if (encryption !== undefined) {
    const { protocol, cipher, keyExchange, verified, versions, chain } = encryption;
    const spoken = Object.entries(versions).flatMap(([version, chosen]) =>
      typeof chosen === "string" ? [`${version} (${chosen})`] : [],
    );
    rows.push(["encryption", [protocol, cipher, keyExchange].filter(Boolean).join(", ")]);
    if (spoken.length > 0) rows.push(["versions", spoken.join(", ")]);
    chain.forEach(({ subject, names, issuer, validFrom, validTo, key }, index) => {
      const named = names.length === 0 ? "" : ` for ${names.join(", ")}`;
      rows.push([
        index === 0 ? "certificate" : "issued by",
        `${subject}${named}; ${validFrom} to ${validTo}; ${key}; issuer ${issuer}`,
      ]);
    });
    rows.push(["verified", verified ? "yes" : "no"]);
  } else if (summary.startTls !== undefined) rows.push(["STARTTLS", summary.startTls]);
  if (mechanisms?.encrypted) rows.push(["AUTH with TLS", mechanisms.encrypted.join(", ")]);
  if (mechanisms?.plaintext) rows.push(["AUTH in plaintext", mechanisms.plaintext.join(", ")]);
  if (login?.reply !== undefined) rows.push(["login", `${login.mechanism}: ${login.reply}`]);
  if (summary.maxMessageSize !== undefined)
    rows.push(["largest mail", `${summary.maxMessageSize.toLocaleString("en")} bytes`]);
  if (summary.limits !== undefined)
    rows.push([
      "limits",
      Object.entries(summary.limits)
        .map(([key, value]) => `${key} ${value}`)
        .join(", "),
    ]);
  if (transaction !== undefined)
    rows.push(["MAIL, RCPT", [transaction.mail, transaction.rcpt].filter(Boolean).join("; ")]);
  if (transaction?.pipelined !== undefined)
    rows.push(["pipelining", `${transaction.pipelined.length} of 3 commands answered`]);
  if (summary.roundTripMs !== undefined) rows.push(["round trip", `${summary.roundTripMs} ms`]);
  return rows;
}
