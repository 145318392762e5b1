/**
 * The key under which clients are counted: an IPv4 address itself, for an IPv6 address its network of 64 bits, because
 * one customer usually has all of that (RFC 6177 section 2). Any other text, such as the empty one of a client without
 * an address, is its own key.
 *
 * @param address in its canonical form, as in `session.remoteAddress`; a zone (`fe80::1%eth0`) stays in the key.
 */
export function addressKey(address: string): string {
  if (!address.includes(":")) return address;
  const [ip = "", zone] = address.split("%");
  const [head = "", tail] = ip.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? 0 : tail.split(":").length + (tail.includes(".") ? 1 : 0);
    // Only what is left of the gap, and the gap, can be within the first four groups, unless the gap is short.
    const missing = Math.max(0, 8 - groups.length - after);
    groups.push(...Array<string>(missing).fill("0"), ...tail.split(":"));
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64${zone === undefined ? "" : `%${zone}`}`;
}
