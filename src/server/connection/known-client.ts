import type { XclientAttributes } from "../../protocol/client-attributes/xclient.ts";
import type { ClientStanding } from "../../protocol/server/standing.ts";
import type { ClientIdentity } from "./client-identity.ts";
import { type Allowances, standingAfterXclient, standingOf } from "./client-standing.ts";

/** Who the client of a connection is, and what it may do: as the socket or the PROXY header says, and then XCLIENT. */
export class KnownClient {
  readonly #below: ClientIdentity;
  readonly #allowances: Allowances;
  /** What XCLIENT has said about the client. */
  #told: XclientAttributes = {};
  #standing: ClientStanding;

  /** @param below who the client is without XCLIENT */
  constructor(below: ClientIdentity, allowances: Allowances) {
    this.#below = below;
    this.#allowances = allowances;
    this.#standing = standingOf(below, allowances);
  }

  /** What the client may do because of where it comes from. */
  get standing(): ClientStanding {
    return this.#standing;
  }

  /** The name by which the client introduced itself: to the proxy if XCLIENT says it, otherwise as it says now. */
  introducedAs(name: string): string {
    return this.#told.HELO ?? name;
  }

  /**
   * Takes what an XCLIENT says. It adds to what others have said. After EHLO it begins anew with the login, and with
   * how the client introduced itself, so that no login passes from one client to the next.
   */
  tell(
    attributes: XclientAttributes,
    introduced: boolean,
  ): { identity: ClientIdentity; user: string | undefined } {
    const { HELO, PROTO, LOGIN, ...lasting } = this.#told;
    this.#told = { ...(introduced ? lasting : this.#told), ...attributes };
    this.#standing = standingAfterXclient(this.#standing, attributes, this.#allowances);
    return { identity: identityOf(this.#below, this.#told), user: this.#told.LOGIN ?? undefined };
  }

  /**
   * TLS begins: forgets a login that was named before. Addresses stay, because the client would else have the address
   * of its proxy.
   */
  secured(): void {
    const { LOGIN, ...told } = this.#told;
    this.#told = told;
  }
}

/** What the proxy does not know is empty: never the address of the proxy. */
function identityOf(below: ClientIdentity, told: XclientAttributes): ClientIdentity {
  const { NAME, ADDR, PORT, PROTO, HELO, DESTADDR, DESTPORT } = told;
  return {
    ...below,
    remoteAddress: ADDR === undefined ? below.remoteAddress : (ADDR ?? ""),
    remotePort: PORT === undefined && ADDR === undefined ? below.remotePort : (PORT ?? 0),
    localAddress: DESTADDR === undefined ? below.localAddress : (DESTADDR ?? ""),
    localPort: DESTPORT === undefined && DESTADDR === undefined ? below.localPort : (DESTPORT ?? 0),
    via: "xclient",
    xclient: { name: NAME ?? undefined, hello: HELO ?? undefined, protocol: PROTO ?? undefined },
  };
}
