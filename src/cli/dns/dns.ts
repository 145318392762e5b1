import type { Resolver } from "../../verify/resolver/resolver.ts";

/** An SRV record (RFC 2782). */
export interface SrvRecord {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  /** The host; `""` if the service is not offered. */
  readonly target: string;
}

/** A TLSA record (RFC 6698). */
export interface TlsaRecord {
  /** 0 and 1 name certificates of public authorities, 2 an authority of its own, 3 the certificate or its key. */
  readonly usage: number;
  /** 0: the whole certificate; 1: its public key. */
  readonly selector: number;
  /** 0: the value itself; 1: its SHA-256; 2: its SHA-512. */
  readonly matching: number;
  /** In hexadecimal. */
  readonly data: string;
}

/** What DNS answers to a question for records that `envoi/verify` does not need. */
export type DnsAnswer<T> =
  | { readonly outcome: "found"; readonly records: readonly T[] }
  | { readonly outcome: "no-data" | "no-name" }
  | { readonly outcome: "temporary" | "unsupported"; readonly reason: string };

/** The addresses of a host, or why there are none. */
export type HostAddresses = DnsAnswer<string>;

/** DNS as a check needs it. */
export interface Dns {
  /** Answers the questions of `envoi/verify`. */
  readonly resolver: Resolver;
  /** The addresses to which a client would connect. */
  addresses(host: string): Promise<HostAddresses>;
  /** Where a service is. */
  srv(name: string): Promise<DnsAnswer<SrvRecord>>;
  /** Which certificates a service has, by DANE. */
  tlsa(name: string): Promise<DnsAnswer<TlsaRecord>>;
}

/** The addresses that the A and AAAA records of a host say. */
export async function addressesByRecords(resolver: Resolver, host: string): Promise<HostAddresses> {
  const answers = await Promise.all([resolver.resolve(host, "A"), resolver.resolve(host, "AAAA")]);
  const records = answers.flatMap((answer) =>
    answer.outcome === "found" ? answer.records.filter((record) => typeof record === "string") : [],
  );
  if (records.length > 0) return { outcome: "found", records };
  const failed = answers.find((answer) => answer.outcome === "temporary");
  if (failed?.outcome === "temporary") return failed;
  return { outcome: answers.every(({ outcome }) => outcome === "no-name") ? "no-name" : "no-data" };
}
