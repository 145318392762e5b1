import { unmappedAddress } from "../text/unmapped-address.ts";

/** An IP address as its octets: 4 of them, or 16. */
export type IpAddress = Uint8Array;

/**
 * Reads an IP address such as a socket reports. An IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) is IPv4; a zone
 * (`%eth0`) is ignored.
 *
 * @returns `undefined` for anything else.
 */
export function parseIp(text: string): IpAddress | undefined {
  const plain = unmappedAddress(text.replace(/%[^%]*$/, ""));
  const octets = parseIpv4(plain) ?? parseIpv6(plain);
  return octets?.length === 16 && mapped.every((octet, index) => octets[index] === octet)
    ? octets.subarray(12)
    : octets;
}

const mapped: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Reads four decimal numbers. Leading zeros are refused: some programs read them as octal. */
export function parseIpv4(text: string): IpAddress | undefined {
  if (!/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text)) return undefined;
  return Uint8Array.from(text.split("."), Number);
}

/** Reads an IPv6 address in each of the forms of RFC 4291 2.2. */
export function parseIpv6(text: string): IpAddress | undefined {
  if (text.length > 45 || !text.includes(":")) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [left, right] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (left === undefined || (halves.length === 2 && right === undefined)) return undefined;
  const missing = 8 - left.length - (right?.length ?? 0);
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...left, ...Array(missing).fill(0), ...(right ?? [])];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** @param last whether the text ends the address, where it may be written as IPv4 */
function groupsOf(half: string, last: boolean): number[] | undefined {
  if (half === "") return [];
  const parts = half.split(":");
  const ipv4 = last ? parseIpv4(parts.at(-1) ?? "") : undefined;
  const groups = (ipv4 === undefined ? parts : parts.slice(0, -1)).map((part) =>
    /^[\da-f]{1,4}$/i.test(part) ? Number.parseInt(part, 16) : Number.NaN,
  );
  if (ipv4 !== undefined) {
    const [a = 0, b = 0, c = 0, d = 0] = ipv4;
    groups.push(a * 256 + b, c * 256 + d);
  }
  return groups.some(Number.isNaN) ? undefined : groups;
}

/** Whether two addresses are of the same kind and have the same first `bits` bits. */
export function samePrefix(one: IpAddress, other: IpAddress, bits: number): boolean {
  if (one.length !== other.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (one[i] !== other[i]) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || (one[whole] ?? 0) >> rest === (other[whole] ?? 0) >> rest;
}

/** The address as text: dotted decimals, or IPv6 as RFC 5952 writes it. */
export function formatIp(ip: IpAddress): string {
  if (ip.length === 4) return ip.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((ip[2 * i] ?? 0) << 8) | (ip[2 * i + 1] ?? 0));
  const text = groups.map((group) => group.toString(16)).join(":");
  // The longest run of two or more zero groups, the first of several.
  const runs = text.match(/(?<=^|:)0(?::0)+(?=$|:)/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), "");
  if (longest === "") return text;
  const at = text.search(new RegExp(`(?<=^|:)${longest}(?=$|:)`));
  return `${text.slice(0, at).replace(/:$/, "")}::${text.slice(at + longest.length).replace(/^:/, "")}`;
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
