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
