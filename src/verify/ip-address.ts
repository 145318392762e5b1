import { canonicalIp, ipOctets } from "../text/ip-address.ts";

/** An IP address as its octets: 4 of them, or 16. */
export type IpAddress = Uint8Array;

/**
 * Reads an IP address such as a socket reports. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is IPv4; a zone
 * (`%eth0`) is ignored.
 *
 * @returns `undefined` for anything else.
 */
export function parseIp(text: string): IpAddress | undefined {
  const canonical = canonicalIp(text.replace(/%[^%]*$/, ""));
  return canonical === undefined ? undefined : ipOctets(canonical);
}

/** Whether two addresses are of the same kind and have the same first `bits` bits. */
export function samePrefix(one: IpAddress, other: IpAddress, bits: number): boolean {
  if (one.length !== other.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (one[i] !== other[i]) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || (one[whole] ?? 0) >> rest === (other[whole] ?? 0) >> rest;
}

/** The labels that an address has in reverse DNS, first to last: decimal octets, or hexadecimal digits. */
export function ipLabels(ip: IpAddress): string[] {
  if (ip.length === 4) return Array.from(ip, String);
  return Array.from(ip).flatMap((octet) => [(octet >> 4).toString(16), (octet & 15).toString(16)]);
}

/** The name at which the PTR records of an address are. */
export function reverseName(ip: IpAddress): string {
  return `${ipLabels(ip).reverse().join(".")}.${ip.length === 4 ? "in-addr" : "ip6"}.arpa`;
}
