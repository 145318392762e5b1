import type { XforwardAttributes } from "../../protocol/client-attributes/xforward.ts";
import type { Forwarded } from "./session.ts";

/** What XFORWARD has said, under the names of the session. */
export function forwardedOf(attributes: XforwardAttributes): Forwarded {
  const { NAME, ADDR, PORT, PROTO, HELO, IDENT, SOURCE } = attributes;
  return {
    name: NAME ?? undefined,
    address: ADDR ?? undefined,
    port: PORT ?? undefined,
    protocol: PROTO ?? undefined,
    hello: HELO ?? undefined,
    ident: IDENT ?? undefined,
    source: SOURCE === "LOCAL" ? "local" : SOURCE === "REMOTE" ? "remote" : undefined,
  };
}
