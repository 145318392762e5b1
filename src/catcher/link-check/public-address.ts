import { ipOctets } from "../../text/ip-address.ts";

/**
 * Whether an IP address is one of the public Internet. All others are refused: those of this machine and of networks
 * near it, those for special uses, and those of IPv6 that lead to an address of IPv4 (RFC 6890 and the registries of
 * IANA).
 */
export function isPublicAddress(text: string): boolean {
  const octets = ipOctets(text);
  if (octets === undefined) return false;
  if (octets.length === 4) return !within(octets, SPECIAL_IPV4);
  const mapped = octets.subarray(0, 12).every((octet, index) => octet === (index < 10 ? 0 : 0xff));
  if (mapped) return !within(octets.subarray(12), SPECIAL_IPV4);
  return within(octets, GLOBAL_IPV6) && !within(octets, SPECIAL_IPV6) && !isIsatap(octets);
}

/** An address and how many of its bits count. */
type Network = readonly [address: string, bits: number];

const SPECIAL_IPV4: readonly Network[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  // Shared by the customers of a provider (RFC 6598).
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  // Link-local, and the metadata of clouds.
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  // Multicast, reserved, broadcast.
  ["224.0.0.0", 3],
];

/** All global addresses. NAT64 (64:ff9b::), loopback and local addresses are outside. */
const GLOBAL_IPV6: readonly Network[] = [["2000::", 3]];

const SPECIAL_IPV6: readonly Network[] = [
  // Teredo, ORCHID and their like.
  ["2001::", 23],
  ["2001:db8::", 32],
  // 6to4.
  ["2002::", 16],
  ["3fff::", 20],
];

function within(octets: Uint8Array, networks: readonly Network[]): boolean {
  return networks.some(([address, bits]) => sameStart(octets, ipOctets(address) as Uint8Array, bits));
}

function sameStart(one: Uint8Array, other: Uint8Array, bits: number): boolean {
  const whole = bits >> 3;
  for (let at = 0; at < whole; at++) if (one[at] !== other[at]) return false;
  const mask = 0xff00 >> (bits & 7);
  return (((one[whole] ?? 0) ^ (other[whole] ?? 0)) & mask & 0xff) === 0;
}

/** Such an address ends with one of IPv4, in any network (RFC 5214). */
function isIsatap(octets: Uint8Array): boolean {
  return ((octets[8] ?? 0) & 0xfd) === 0 && octets[9] === 0 && octets[10] === 0x5e && octets[11] === 0xfe;
}
