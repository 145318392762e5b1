import { canonicalIp } from "../../text/ip-address.ts";

/** Reads an IP address; IPv6 with or without its prefix `IPV6:`. */
export function readIp(text: string): string | undefined {
  const [, ipv6] = /^IPV6:(.*)$/is.exec(text) ?? [];
  const address = canonicalIp(ipv6 ?? text);
  return ipv6 !== undefined && !ipv6.includes(":") ? undefined : address;
}

/** Reads the number of a port. */
export function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : HIGHEST_PORT + 1;
  return port > HIGHEST_PORT ? undefined : port;
}

/** Reads a host name, which need not be in the DNS. */
export function readHostName(text: string): string | undefined {
  return /^[\w.-]+$/.test(text) ? text : undefined;
}

/** Reads text without characters that have a meaning in header fields. */
export function readPlain(text: string): string | undefined {
  return /^[!#-'*+./0-9:=?A-Z[\]^_`a-z{|}~-]+$/.test(text) ? text : undefined;
}

/** A reader of words, in any case. */
export function wordOf<Word extends string>(...words: readonly Word[]): (text: string) => Word | undefined {
  return (text) => words.find((word) => word === text.toUpperCase());
}

const HIGHEST_PORT = 65_535;
