import { isIP } from "node:net";
import type { MxRecord } from "../../../verify/resolver/answer.ts";
import type { Dns, HostAddresses } from "../../dns/dns.ts";
import { foreign } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import { danglingAlias } from "../server/probe-server.ts";

/** One mail exchanger of a domain. */
export interface ExchangerFacts {
  /** In lower case, without a dot at its end. */
  readonly host: string;
  readonly priority: number;
  readonly lookup: HostAddresses;
  /** The name that it is an alias of, if it is one. */
  readonly alias?: string | undefined;
}

/** Where a domain takes mail. */
export interface ExchangersFacts {
  readonly domain: string;
  readonly outcome: "found" | "none" | "null" | "failed";
  /** Why the MX records are not known. */
  readonly reason?: string | undefined;
  /** The best first. */
  readonly exchangers: readonly ExchangerFacts[];
  /** Whether there is a null MX record beside others. */
  readonly nullMixed: boolean;
  /** The domain's own addresses, which count if it has no MX records (RFC 5321 5.1). */
  readonly own?: HostAddresses | undefined;
}

/** The most exchangers that are looked at. */
const MOST = 10;

/** Looks up the MX records of a domain and the addresses of the hosts that they name. */
export async function lookUpExchangers(dns: Dns, domain: string): Promise<ExchangersFacts> {
  const answer = await dns.resolver.resolve(domain, "MX");
  const none = { domain, exchangers: [], nullMixed: false };
  if (answer.outcome === "temporary") return { ...none, outcome: "failed", reason: answer.reason };
  const records =
    answer.outcome === "found"
      ? answer.records.filter((record): record is MxRecord => typeof record !== "string")
      : [];
  if (records.length === 0) return { ...none, outcome: "none", own: await dns.addresses(domain) };
  const named = records
    .map(({ exchange, priority }) => ({ host: exchange.replace(/\.$/, "").toLowerCase(), priority }))
    .sort((one, other) => one.priority - other.priority);
  const hosts = named.filter(({ host }) => host !== "").slice(0, MOST);
  if (hosts.length === 0) return { ...none, outcome: "null" };
  const exchangers = await Promise.all(
    hosts.map(async ({ host, priority }) => ({
      ...{ host, priority },
      lookup: isIP(host) === 0 ? await dns.addresses(host) : ({ outcome: "no-name" } as const),
      alias: await danglingAlias(dns, host),
    })),
  );
  return { domain, outcome: "found", exchangers, nullMixed: hosts.length < named.length };
}

/** What is wrong with the MX records. */
export function judgeExchangers(facts: ExchangersFacts): Finding[] {
  const { domain, outcome, own, nullMixed } = facts;
  const findings = facts.exchangers.flatMap((exchanger) => judgeExchanger(domain, exchanger));
  if (nullMixed)
    findings.push(
      finding(
        "mx-null-mixed",
        domain,
        `${domain} has a null MX record, which says that it takes no mail, beside others (RFC 7505 3).`,
        'Remove the record "0 .", or the others if the domain takes no mail.',
      ),
    );
  if (outcome === "failed")
    findings.push(
      finding(
        "dns-failed",
        domain,
        `The MX records of ${domain} could not be looked up: ${foreign(facts.reason ?? "")}.`,
        "Try again. If it stays so, look at the DNS servers of the domain.",
      ),
    );
  if (outcome === "none")
    findings.push(
      own?.outcome === "found"
        ? finding(
            "mx-missing",
            domain,
            `${domain} has no MX record. Mail for it goes to the host of the same name, which is often a web server.`,
            `Publish an MX record, or, if the domain takes no mail, "MX 0 ." (RFC 7505).`,
          )
        : finding(
            "mx-missing",
            domain,
            `${domain} has neither an MX record nor an address: it takes no mail.`,
            'Publish an MX record. If the domain shall take no mail, publish "MX 0 ." (RFC 7505).',
          ),
    );
  return findings;
}

function judgeExchanger(domain: string, { host, lookup, alias }: ExchangerFacts): Finding[] {
  const shown = foreign(host, 253);
  if (isIP(host.replace(/^\[|\]$/g, "")) !== 0 || isIP(host) !== 0)
    return [
      finding(
        "mx-address",
        domain,
        `The MX record of ${domain} names the IP address ${shown}. It must name a host (RFC 5321 5.1), and most servers send nothing there.`,
        `Publish a host name with this address, such as mx.${domain}, and name it in the MX record.`,
      ),
    ];
  if (lookup.outcome === "temporary" || lookup.outcome === "unsupported")
    return [
      finding(
        "dns-failed",
        host,
        `The addresses of ${shown}, a mail exchanger of ${domain}, could not be looked up: ${foreign(lookup.reason)}.`,
        "Try again. If it stays so, look at the DNS servers of this host's domain.",
      ),
    ];
  if (lookup.outcome !== "found")
    return [
      alias === undefined
        ? finding(
            "mx-unresolved",
            host,
            `The mail exchanger ${shown} of ${domain} ${lookup.outcome === "no-name" ? "does not exist in DNS" : "has no address"}.`,
            `Publish an address for ${shown}, or remove it from the MX records of ${domain}.`,
          )
        : finding(
            "mx-alias-dangling",
            host,
            `The mail exchanger ${shown} of ${domain} is an alias (CNAME) of ${foreign(alias, 253)}, which does not exist or has no address. Whoever gets that name gets the mail.`,
            `Let the MX record of ${domain} name a host that has an address, and remove the CNAME record.`,
          ),
    ];
  if (alias === undefined) return [];
  return [
    finding(
      "mx-alias",
      host,
      `The mail exchanger ${shown} of ${domain} is an alias (CNAME) of ${foreign(alias, 253)}. It must not be one (RFC 2181 10.3), and some servers send nothing there.`,
      `Name ${foreign(alias, 253)} in the MX record, or replace the CNAME record by A and AAAA records.`,
    ),
  ];
}
