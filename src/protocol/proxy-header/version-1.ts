import { canonicalIp, isIpv4 } from "../../text/ip-address.ts";
import type { Endpoint, HeaderEnd, ParsedProxyHeader } from "./proxy-header.ts";

/** The longest header of version 1, its CRLF included. */
export const LONGEST_VERSION_1 = 107;

/**
 * Finds the end of a header of version 1 at the beginning of `octets`.
 *
 * @param searched up to here there is no LF
 */
export function endOfVersion1(octets: Buffer, searched: number): HeaderEnd {
  const begin = octets.toString("latin1", 0, PREFIX.length);
  if (!PREFIX.startsWith(begin)) return { problem: "proxy-missing" };
  const lf = octets.subarray(0, LONGEST_VERSION_1).indexOf(LF, searched);
  if (lf !== -1) return { end: lf + 1 };
  return octets.length >= LONGEST_VERSION_1 ? { problem: "proxy-too-long" } : undefined;
}

/** Reads a whole header of version 1: `PROXY TCP4 192.0.2.1 192.0.2.2 56324 25`, and CRLF. */
export function parseVersion1(octets: Buffer): ParsedProxyHeader {
  const line = octets.toString("latin1");
  if (!line.endsWith("\r\n")) return { problem: "proxy-malformed" };
  const words = line.slice(0, -2).split(" ");
  const [, family, from, to, fromPort, toPort] = words;
  // What follows UNKNOWN must be ignored.
  if (family === "UNKNOWN") return { client: undefined };
  if ((family !== "TCP4" && family !== "TCP6") || words.length !== 6) return { problem: "proxy-malformed" };
  const source = endpoint(family, from, fromPort);
  const destination = endpoint(family, to, toPort);
  return source === undefined || destination === undefined
    ? { problem: "proxy-malformed" }
    : { client: { source, destination, tlvs: [], tls: undefined } };
}

function endpoint(family: "TCP4" | "TCP6", ip = "", number = ""): Endpoint | undefined {
  const address = isIpv4(ip) === (family === "TCP4") ? canonicalIp(ip) : undefined;
  const port = /^(?:0|[1-9]\d{0,4})$/.test(number) ? Number(number) : HIGHEST_PORT + 1;
  return address === undefined || port > HIGHEST_PORT ? undefined : { address, port };
}

const PREFIX = "PROXY ";
const LF = 0x0a;
const HIGHEST_PORT = 65_535;
