import type { ProxyHeaderOutcome } from "../../net/server/read-proxy-header.ts";
import type { Refusal } from "../observer/server-events.ts";

/** Why a connection to a listener with `proxyProtocol` is closed. */
export type ProxyRefusal =
  | NonNullable<ProxyHeaderOutcome["problem"]>
  /** The peer may not send a header. */
  | "proxy-untrusted"
  /** Too many connections wait for a header. */
  | "proxy-too-many";

/** The refusal, as the observer of the server gets it. */
export function proxyRefusal(reason: ProxyRefusal): Refusal {
  const phase = reason === "proxy-untrusted" || reason === "proxy-too-many" ? "accept" : "proxy";
  return { kind: "proxy", reason, phase, detail: details[reason] };
}

const details: Readonly<Record<ProxyRefusal, string>> = {
  "proxy-untrusted": "the peer is not in proxyProtocol.from",
  "proxy-too-many": "maxConnections connections wait for their PROXY header already",
  "proxy-missing": "the connection does not begin with a PROXY header",
  "proxy-version": "the PROXY header has a version, command, family or protocol that does not exist",
  "proxy-too-long": "the PROXY header is too long",
  "proxy-malformed": "the PROXY header has another form, or an address, port or TLV that is not valid",
  "proxy-checksum": "the CRC32C of the PROXY header is wrong",
  "proxy-timeout": "no whole PROXY header came within proxyProtocol.timeout",
  "proxy-ended": "the connection ended before a whole PROXY header",
};
