import { isIP } from "node:net";
import { AddressError } from "../../address/address-error.ts";
import { canonicalDomainOf } from "../../address/domain.ts";
import { wrongOption } from "./wrong-option.ts";

/**
 * A host as sockets take it: a domain in A-labels, or an IP address without brackets. `[::1]`, `[IPv6:::1]` and
 * `fe80::1%eth0` are IP addresses too.
 *
 * @throws AddressError, which says what to do with what is often taken for a part of it: a port, a scheme, a path.
 */
export function hostOf(host: string): string {
  if (typeof host !== "string") throw wrongOption("host", "expects a host name or an IP address");
  const address = /^\[(?:IPv6:)?(.*)\]$/i.exec(host)?.[1] ?? host;
  if (isIP(address) !== 0) return address;
  for (const [pattern, advice] of misunderstandings) {
    const position = host.search(pattern);
    if (position >= 0) throw new AddressError(advice, { field: "host", input: host, position });
  }
  return canonicalDomainOf("host", host);
}

/** What a host is not, and where it goes. */
const misunderstandings: readonly (readonly [RegExp, string])[] = [
  [/:\/\//, "a host is a name alone; SmtpTransport.fromUrl() takes URLs"],
  [/^[/\\]/, "a host is a name; .unixSocket() takes the path of a Unix socket"],
  [/@/, "a host is a name alone; .credentials() takes user and password"],
  [/\//, "a host is a name alone, without a path"],
  [/(?<=^[^:]*|\]):\d*$/, "a host is a name alone; .port() takes the port"],
  [/^[\d.]+$/, "this is no IP address"],
  [/[:[]/, "this is no IP address"],
];
