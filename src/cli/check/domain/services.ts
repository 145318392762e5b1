import type { Dns, DnsAnswer, HostAddresses, SrvRecord } from "../../dns/dns.ts";
import { foreign } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import { danglingAlias } from "../server/probe-server.ts";

/** A host that a domain names for submission. */
export interface ServiceHostFacts extends SrvRecord {
  readonly lookup: HostAddresses;
  /** The name that it is an alias of, if it is one. */
  readonly alias?: string | undefined;
}

/** Where a domain offers submission (RFC 6186, RFC 8314). */
export interface ServiceFacts {
  readonly name: string;
  /** Whether TLS begins at once. */
  readonly wrapper: boolean;
  readonly answer: DnsAnswer<SrvRecord>;
  readonly hosts: readonly ServiceHostFacts[];
}

const services = [
  { service: "_submissions._tcp", wrapper: true },
  { service: "_submission._tcp", wrapper: false },
] as const;

/** The most hosts of a service that are looked at. */
const MOST = 4;

/** Looks up the services of a domain and the addresses of their hosts. */
export async function lookUpServices(dns: Dns, domain: string): Promise<ServiceFacts[]> {
  return await Promise.all(
    services.map(async ({ service, wrapper }) => {
      const name = `${service}.${domain}`;
      const answer = await dns.srv(name);
      const records = answer.outcome === "found" ? answer.records : [];
      const hosts = await Promise.all(
        [...records]
          .filter(({ target }) => target !== "" && target !== ".")
          .sort((one, other) => one.priority - other.priority || other.weight - one.weight)
          .slice(0, MOST)
          .map(async (record) => {
            const target = record.target.replace(/\.$/, "").toLowerCase();
            const [lookup, alias] = await Promise.all([dns.addresses(target), danglingAlias(dns, target)]);
            return { ...record, target, lookup, alias };
          }),
      );
      return { name, wrapper, answer, hosts };
    }),
  );
}

/** What is wrong with the SRV records. */
export function judgeServices({ name, answer, hosts }: ServiceFacts): Finding[] {
  if (answer.outcome === "temporary")
    return [
      finding(
        "dns-failed",
        name,
        `The SRV records at ${name} could not be looked up: ${foreign(answer.reason)}.`,
        "Try again. If it stays so, look at the DNS servers of the domain.",
      ),
    ];
  return hosts.flatMap(({ target, lookup, alias }) => {
    const shown = foreign(target, 253);
    if (lookup.outcome !== "found")
      return [
        finding(
          "srv-unresolved",
          name,
          `The SRV record ${name} names ${shown}, which ${alias === undefined ? "has no address" : `is an alias (CNAME) of ${foreign(alias, 253)}, and that has no address`}.`,
          `Publish an address for ${shown}, or name another host.`,
        ),
      ];
    if (alias === undefined) return [];
    return [
      finding(
        "srv-alias",
        name,
        `The SRV record ${name} names ${shown}, which is an alias (CNAME) of ${foreign(alias, 253)}. It must not be one (RFC 2782).`,
        `Name ${foreign(alias, 253)} in the SRV record.`,
      ),
    ];
  });
}
