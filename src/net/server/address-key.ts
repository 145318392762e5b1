import { ipOctets } from "../../text/ip-address.ts";

/**
 * The key under which clients are counted: an IPv4 address itself, for an IPv6 address its network of 64 bits, because
 * one customer usually has all of that (RFC 6177 section 2). Any other text, such as the empty one of a client without
 * an address, is its own key.
 *
 * @param address as in `session.remoteAddress`; a zone (`fe80::1%eth0`) stays in the key.
 */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  const [ip = "", zone] = address.split("%");
  const octets = ipOctets(ip);
  if (octets === undefined) return address;
  const network = Buffer.from(octets.subarray(0, 8)).toString("hex");
  return `${network}/64${zone === undefined ? "" : `%${zone}`}`;
}
