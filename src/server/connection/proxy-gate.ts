import type { Socket } from "node:net";
import { readProxyHeader } from "../../net/server/read-proxy-header.ts";
import { ServerSocket } from "../../net/server/server-socket.ts";
import { type ClientIdentity, proxiedIdentity } from "./client-identity.ts";
import { type ProxyRefusal, proxyRefusal } from "./proxy-refusal.ts";
import type { ServerContext } from "./server-context.ts";

/** Closes connections to a listener with `proxyProtocol` without a word, unless they name their client first. */
export class ProxyGate {
  readonly #waiting = new Set<ServerSocket>();
  #closed = false;

  /**
   * Reads the PROXY header of a peer that may send one.
   *
   * @param named is called with the client that the header names, if there is one
   */
  pass(
    accepted: Socket,
    host: ServerContext,
    peer: ClientIdentity,
    named: (socket: ServerSocket, client: ClientIdentity) => void,
  ): void {
    const { clock, observer, proxies, resolved } = host;
    const { from, timeout = 0 } = proxies.proxyProtocol ?? {};
    const refuse = (problem: ProxyRefusal): void => {
      observer.refused(peer, proxyRefusal(problem));
      accepted.destroy();
    };
    // Nothing is read from a peer that is not trusted.
    if (from?.has(peer.remoteAddress) !== true) return void refuse("proxy-untrusted");
    if (this.#waiting.size >= resolved.maxConnections) return void refuse("proxy-too-many");
    const socket = new ServerSocket(accepted, clock);
    this.#waiting.add(socket);
    readProxyHeader(socket, clock.now() + timeout, ({ header, problem }) => {
      this.#waiting.delete(socket);
      if (this.#closed) socket.destroy();
      else if (problem !== undefined) refuse(problem);
      else named(socket, proxiedIdentity(peer, header));
    });
  }

  /** How many connections wait for their header. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Cuts the connections whose header has not come. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#waiting) socket.destroy();
  }
}
