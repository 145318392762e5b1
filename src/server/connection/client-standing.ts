import type { Networks } from "../../net/server/networks.ts";
import { type XclientAttributes, xclientNames } from "../../protocol/client-attributes/xclient.ts";
import { xforwardNames } from "../../protocol/client-attributes/xforward.ts";
import { type ClientStanding, directStanding } from "../../protocol/server/standing.ts";
import type { ResolvedListener } from "../options/listeners.ts";
import type { ClientIdentity } from "./client-identity.ts";

/** What a listener allows to clients that come from some places. */
export type Allowances = Pick<ResolvedListener, "xclient" | "xforward">;

/** What a client may do, by the address that the socket or the PROXY header gives it. */
export function standingOf(client: ClientIdentity, { xclient, xforward }: Allowances): ClientStanding {
  const near = client.via === "direct";
  if (near && xclient === undefined && xforward === undefined) return directStanding;
  return {
    near,
    proxied: client.via === "proxy" || client.via === "local",
    xclient: xclient && (isListed(client, xclient.from) ? (xclient.login ? xclientNames : withoutLogin) : []),
    xforward: xforward && (isListed(client, xforward.from) ? xforwardNames : []),
  };
}

/**
 * What is left after an XCLIENT. An address that XCLIENT gives can only take away: whoever speaks after it may be the
 * client, to whom some proxies pass the connection on.
 */
export function standingAfterXclient(
  before: ClientStanding,
  { ADDR }: XclientAttributes,
  { xclient }: Allowances,
): ClientStanding {
  if (ADDR === undefined) return { ...before, near: false };
  const still = ADDR !== null && xclient?.from.has(ADDR) === true;
  return {
    ...before,
    near: false,
    xclient: before.xclient && (still ? before.xclient : []),
    xforward: before.xforward && [],
  };
}

/** A header that names no client leaves the address of the proxy, which says nothing about the client. */
function isListed({ via, remoteAddress }: ClientIdentity, list: Networks): boolean {
  return via !== "local" && list.has(remoteAddress);
}

const withoutLogin = xclientNames.filter((name) => name !== "LOGIN");
