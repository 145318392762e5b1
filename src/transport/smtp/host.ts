import { isIP } from "node:net";
import { AddressError } from "../../address/address-error.ts";
import { canonicalDomainOf } from "../../address/domain.ts";
import { wrongOption } from "../../text/options/option-reader.ts";

/**
 * A host in the form that sockets need: a domain in A-labels, or an IP address without brackets. `[::1]`, `[IPv6:::1]`
 * and `fe80::1%eth0` are IP addresses too.
 *
 * @throws AddressError, which says where a port, a scheme or a path belongs.
 */
export function hostOf(host: string): string {
  if (typeof host !== "string") throw wrongOption("host", "a host name or an IP address", host);
  const address = /^\[(?:IPv6:)?(.*)\]$/i.exec(host)?.[1] ?? host;
  if (isIP(address) !== 0) return address;
  for (const [pattern, advice] of misunderstandings) {
    const position = host.search(pattern);
    if (position >= 0) throw new AddressError(advice, { field: "host", input: host, position });
  }
  return canonicalDomainOf("host", host);
}

/** What is often given as a host, and what to do instead. */
const misunderstandings: readonly (readonly [RegExp, string])[] = [
  [/:\/\//, "a host is a name alone; SmtpTransport.fromUrl() takes URLs"],
  [/^[/\\]/, "a host is a name; .unixSocket() takes the path of a Unix socket"],
  [/@/, "a host is a name alone; .credentials() takes user and password"],
  [/\//, "a host is a name alone, without a path"],
  [/(?<=^[^:]*|\]):\d*$/, "a host is a name alone; .port() takes the port"],
  [/^[\d.]+$/, "this is not an IP address"],
  [/[:[]/, "this is not an IP address"],
];
