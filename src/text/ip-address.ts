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

/**
 * An IP address as people know it: `127.0.0.1` for `::ffff:127.0.0.1` or `::ffff:7f00:1`, as sockets that listen on
 * IPv6 call clients that came by IPv4 (RFC 4291 2.5.5.2). Any other text stays as it is.
 */
export function unmappedAddress(address: string): string {
  const rest = /^(?:::|(?:0+:){5})ffff:(.+)$/i.exec(address)?.[1];
  if (rest === undefined) return address;
  if (/^\d+(?:\.\d+){3}$/.test(rest)) return rest;
  const [, high, low] = /^([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(rest) ?? [];
  if (high === undefined || low === undefined) return address;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join(".");
}

/** The 4 or 16 octets of an IP address; `undefined` if the text is not one. */
export function ipOctets(text: string): Uint8Array | undefined {
  if (isIpv4(text)) return Uint8Array.from(text.split("."), Number);
  const canonical = canonicalIpv6(text);
  if (canonical === undefined) return undefined;
  const octets = new Uint8Array(16);
  // At most one gap, and no IPv4 at the end.
  const [before = "", after = ""] = canonical.split("::");
  if (before !== "") putGroups(before.split(":"), octets, 0);
  if (after !== "") {
    const groups = after.split(":");
    putGroups(groups, octets, 16 - 2 * groups.length);
  }
  return octets;
}

function putGroups(groups: readonly string[], octets: Uint8Array, start: number): void {
  let at = start;
  for (const group of groups) {
    const value = Number.parseInt(group, 16);
    octets[at++] = value >> 8;
    octets[at++] = value & 255;
  }
}

/** The canonical text of the 4 or 16 octets of an IP address. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return `${octets[0]}.${octets[1]}.${octets[2]}.${octets[3]}`;
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0));
  const text = groups.map((group) => group.toString(16)).join(":");
  return canonicalIp(text) ?? text;
}

const ipv4: RegExp = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
