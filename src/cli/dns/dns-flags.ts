import type { Dns } from "./dns.ts";
import { SystemDns } from "./system-dns.ts";
import { readZoneFile } from "./zone-file.ts";

/** The flags of commands that ask DNS. */
export interface DnsFlags {
  /** Servers to ask. */
  readonly dns?: readonly string[];
  /** A file that takes the place of DNS. */
  readonly zone?: string;
}

/**
 * DNS as the flags say.
 *
 * @param timeout milliseconds for a question
 * @throws CommandError if the file cannot be used
 */
export function dnsFor({ zone, dns }: DnsFlags, timeout: number): Dns {
  if (zone !== undefined) return readZoneFile(zone);
  return new SystemDns({ timeout, servers: dns });
}
