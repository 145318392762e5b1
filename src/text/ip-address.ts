import { unmappedAddress } from "./unmapped-address.ts";

/**
 * The one text of an IP address: IPv6 as RFC 5952 section 4 writes it, and IPv4 inside IPv6 (`::ffff:192.0.2.1`) as
 * IPv4. `undefined` if the text is not an IP address. Leading zeros in IPv4, brackets and zones (`%eth0`) are refused.
 */
export function canonicalIp(text: string): string | undefined {
  if (isIpv4(text)) return text;
  const address = canonicalIpv6(text);
  return address === undefined ? undefined : unmappedAddress(address);
}

/** Whether a text is an IPv4 address. Leading zeros are refused, because some systems read them as octal. */
export function isIpv4(text: string): boolean {
  return ipv4.test(text);
}

/** An IPv6 address in its canonical text form, wholly in hexadecimal; `undefined` if the text is not one. */
export function canonicalIpv6(text: string): string | undefined {
  // The alphabet first: the URL parser must see nothing but the address.
  if (!/^[\da-f:.]+$/i.test(text)) return undefined;
  const url = `http://[${text}]`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

/** The 4 or 16 octets of an IP address; `undefined` if the text is not one. */
export function ipOctets(text: string): Uint8Array | undefined {
  if (isIpv4(text)) return Uint8Array.from(text.split("."), Number);
  const canonical = canonicalIpv6(text);
  if (canonical === undefined) return undefined;
  // At most one gap, and no IPv4 at the end.
  const [before = [], after = []] = canonical.split("::").map((part) => part.split(":").filter(Boolean));
  const gap = Array<string>(8 - before.length - after.length).fill("0");
  const groups = [...before, ...gap, ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

const ipv4: RegExp = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
