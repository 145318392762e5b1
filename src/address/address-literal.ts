import { canonicalIpv6, isIpv4, unmappedAddress } from "../text/ip-address.ts";
import { AddressError } from "./address-error.ts";

/** An IP address standing in for a domain (RFC 5321 4.1.3). */
export interface AddressLiteral {
  readonly family: 4 | 6;
  /** The address alone, in its canonical text form (IPv6: RFC 5952, but wholly in hexadecimal). */
  readonly address: string;
}

/** Whether a canonical domain is an address literal. Nothing else begins with a bracket. */
export function isAddressLiteral(domain: string): boolean {
  return domain.startsWith("[");
}

/**
 * Reads `[192.0.2.1]` or `[IPv6:2001:db8::1]`.
 *
 * @throws AddressError for anything else; a zone (`%eth0`) and other tags than IPv6 are refused.
 */
export function parseAddressLiteral(text: string): AddressLiteral {
  const inside = /^\[([^[\]]*)\]$/.exec(text)?.[1];
  if (inside === undefined) {
    throw new AddressError("an address literal is one IP address between [ and ]", {
      input: text,
      position: 0,
    });
  }
  if (/^IPv6:/i.test(inside)) {
    const address = canonicalIpv6(inside.slice(5));
    if (address !== undefined) return { family: 6, address };
  } else if (isIpv4(inside)) {
    return { family: 4, address: inside };
  }
  throw new AddressError("not an IP address; write [192.0.2.1] or [IPv6:2001:db8::1]", {
    input: text,
    position: 1,
  });
}

/**
 * Writes the literal of an IP address, such as a socket reports: `127.0.0.1`, `::1`, `fe80::1%eth0`,
 * `::ffff:192.0.2.1`. The zone is left out, as it means nothing to a peer, and a mapped address is written as IPv4.
 *
 * @throws AddressError if `ip` is not an IP address.
 */
export function formatAddressLiteral(ip: string): string {
  const address = unmappedAddress(ip.replace(/%.*$/s, ""));
  if (isIpv4(address)) return writeLiteral({ family: 4, address });
  const canonical = canonicalIpv6(address);
  if (canonical === undefined) throw new AddressError("not an IP address", { input: ip });
  return writeLiteral({ family: 6, address: canonical });
}

/** Writes a literal; {@link parseAddressLiteral} reads it back. */
export function writeLiteral({ family, address }: AddressLiteral): string {
  return family === 4 ? `[${address}]` : `[IPv6:${address}]`;
}
