import type { Dns } from "../../dns/dns.ts";
import { danglingAlias, probeServer } from "../server/probe-server.ts";
import type { ProbeOptions } from "../server/server-target.ts";
import { lookUpAuthorPolicy } from "./author-policy.ts";
import { lookUpDane } from "./dane.ts";
import { lookUpDkimKey } from "./dkim-keys.ts";
import type { DomainFacts } from "./domain-facts.ts";
import { lookUpExchangers } from "./mail-exchangers.ts";
import { lookUpSts } from "./mta-sts.ts";
import type { PolicyFetcher } from "./policy-fetcher.ts";
import { lookUpSenderPolicy } from "./sender-policy.ts";
import { lookUpServices } from "./services.ts";
import { lookUpTlsReporting } from "./tls-reporting.ts";

/** How a domain is checked. */
export interface DomainOptions extends ProbeOptions {
  /** The DKIM selectors to look up. */
  readonly selectors: readonly string[];
  readonly fetchPolicy: PolicyFetcher;
  /** The name in EHLO, if it is not the machine's. */
  readonly helloName?: string | undefined;
  /** Whether to connect to the servers that DNS names. */
  readonly connect: boolean;
}

/** How many mail exchangers are connected to. */
const MOST_EXCHANGERS = 5;

/** Gathers what DNS and the servers say about a domain. Never throws because of them. */
export async function probeDomain(domain: string, dns: Dns, options: DomainOptions): Promise<DomainFacts> {
  const deadline = options.timeout * 2;
  const [exchangers, services, sts, tlsReporting, senderPolicy, authorPolicy, dkim] = await Promise.all([
    lookUpExchangers(dns, domain),
    lookUpServices(dns, domain),
    lookUpSts(dns, domain, options.fetchPolicy),
    lookUpTlsReporting(dns, domain),
    lookUpSenderPolicy(dns, domain, deadline),
    lookUpAuthorPolicy(dns, domain, deadline),
    Promise.all(options.selectors.map((selector) => lookUpDkimKey(dns, domain, selector))),
  ]);
  const hosts = exchangers.exchangers
    .filter(({ lookup }) => lookup.outcome === "found")
    .map(({ host }) => host);
  const [dane, servers, presence] = await Promise.all([
    Promise.all(hosts.map((host) => lookUpDane(dns, host))),
    options.connect ? connectToAll(domain, hosts, services, dns, options) : [],
    isThere(domain, dns),
  ]);
  return {
    ...{ domain, ...presence, exchangers, services, sts, dane, tlsReporting },
    ...{ senderPolicy, dkim, authorPolicy, servers },
  };
}

async function connectToAll(
  domain: string,
  hosts: readonly string[],
  services: DomainFacts["services"],
  dns: Dns,
  options: DomainOptions,
): Promise<DomainFacts["servers"]> {
  const { helloName } = options;
  const postmaster = `postmaster@${domain}`;
  const exchangers = hosts.slice(0, MOST_EXCHANGERS).map(async (host) => {
    const target = { host, port: 25, tls: "opportunistic", name: host, helloName } as const;
    return { ...(await probeServer(target, dns, { ...options, postmaster })), role: "exchanger" as const };
  });
  const submission = services.flatMap(({ wrapper, hosts: named }) =>
    named
      .filter(({ lookup }) => lookup.outcome === "found")
      .map(async ({ target: host, port }) => {
        const tls = wrapper ? "wrapper" : "required";
        const facts = await probeServer({ host, port, tls, name: host, helloName }, dns, options);
        return { ...facts, role: "submission" as const };
      }),
  );
  return await Promise.all([...exchangers, ...submission]);
}

/** Whether a domain exists: an alias of a name that does not exist is a domain without anything. */
async function isThere(
  domain: string,
  dns: Dns,
): Promise<Pick<DomainFacts, "exists" | "unknown" | "danglingAlias">> {
  const answers = await Promise.all([dns.resolver.resolve(domain, "A"), dns.resolver.resolve(domain, "TXT")]);
  const failures = answers.filter((answer) => answer.outcome === "temporary");
  if (failures.length === answers.length) return { exists: true, unknown: failures[0]?.reason };
  if (answers.some(({ outcome }) => outcome !== "no-name")) return { exists: true };
  return { exists: false, danglingAlias: await danglingAlias(dns, domain) };
}
