import { lookup, Resolver as NodeResolver } from "node:dns/promises";
import { isIP } from "node:net";
import { Resolver } from "../../verify/resolver/resolver.ts";
import { answerTo } from "../../verify/resolver/system-resolver.ts";
import { within } from "../within.ts";
import {
  addressesByRecords,
  type Dns,
  type DnsAnswer,
  type HostAddresses,
  type SrvRecord,
  type TlsaRecord,
} from "./dns.ts";

/** How DNS is asked. */
export interface SystemDnsOptions {
  /** The servers; those of the system by default. */
  readonly servers?: readonly string[] | undefined;
  /** For how many milliseconds a question may be open. */
  readonly timeout: number;
}

/** The DNS of the system, or of other servers. Hosts are looked up as a client does, so `/etc/hosts` counts. */
export class SystemDns implements Dns {
  readonly resolver: Resolver;
  readonly #node: NodeResolver & TlsaResolver;
  readonly #timeout: number;
  readonly #own: boolean;

  /** @throws EnvoiError of kind `"configuration"` if a server is not an IP address. */
  constructor({ servers, timeout }: SystemDnsOptions) {
    this.#timeout = timeout;
    this.#own = servers !== undefined;
    this.resolver = Resolver.system({ timeout, ...(servers && { servers }) });
    this.#node = new NodeResolver({ timeout: Math.max(1, Math.floor(timeout / 3)), tries: 3 });
    if (servers !== undefined) this.#node.setServers(servers);
  }

  async addresses(host: string): Promise<HostAddresses> {
    if (isIP(host) !== 0) return { outcome: "found", records: [host] };
    if (this.#own && !/^(?:.*\.)?localhost$/i.test(host)) return addressesByRecords(this.resolver, host);
    const found = await this.#asked(`the addresses of ${host}`, () => lookup(host, { all: true }));
    return found.outcome === "found"
      ? { outcome: "found", records: [...new Set(found.records.map(({ address }) => address))] }
      : found;
  }

  async srv(name: string): Promise<DnsAnswer<SrvRecord>> {
    const found = await this.#asked(`SRV ${name}`, () => this.#node.resolveSrv(name));
    if (found.outcome !== "found") return found;
    return {
      outcome: "found",
      records: found.records.map(({ priority, weight, port, name }) => ({
        priority,
        weight,
        port,
        target: name,
      })),
    };
  }

  async tlsa(name: string): Promise<DnsAnswer<TlsaRecord>> {
    const { resolveTlsa } = this.#node;
    if (typeof resolveTlsa !== "function")
      return {
        outcome: "unsupported",
        reason: `Node.js ${process.versions.node} cannot ask for TLSA records; 22.15 and later can`,
      };
    const found = await this.#asked(`TLSA ${name}`, () => resolveTlsa.call(this.#node, name));
    if (found.outcome !== "found") return found;
    const records = found.records.map(({ certUsage, selector, match, data }) => ({
      ...{ usage: certUsage, selector, matching: match },
      data: Buffer.from(data).toString("hex"),
    }));
    return { outcome: "found", records };
  }

  async #asked<T>(question: string, ask: () => Promise<readonly T[]>): Promise<DnsAnswer<T>> {
    try {
      const records = await within(ask(), this.#timeout);
      if (records === undefined) return { outcome: "temporary", reason: `no answer to ${question} in time` };
      return records.length === 0 ? { outcome: "no-data" } : { outcome: "found", records };
    } catch (error) {
      return answerTo(error, question);
    }
  }
}

/** What Node 22.15 has besides. */
interface TlsaResolver {
  resolveTlsa?(
    name: string,
  ): Promise<readonly { certUsage: number; selector: number; match: number; data: ArrayBuffer }[]>;
}
