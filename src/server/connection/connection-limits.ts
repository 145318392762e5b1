import { addressKey } from "../../net/server/address-key.ts";
import { Reply } from "../../protocol/reply.ts";

/** How many connections a server accepts. */
export interface ConnectionBounds {
  /** At a time, of all clients. */
  readonly maxConnections: number;
  /** At a time, of clients with one address; of IPv6 clients, within one network of 64 bits. */
  readonly maxConnectionsPerAddress: number;
}

/** A connection that is served, or refused with a reply. */
export interface Admission {
  /** The reply that refuses it, if it is one too many. */
  readonly refusal: Reply | undefined;
  /** Counts it for another client from now on, which XCLIENT has named. Returns the refusal if that has too many. */
  move(address: string): Reply | undefined;
  /** Stops counting it; must be called once, when it has ended. */
  leave(): void;
}

/** Counts the connections of a server, in total and by address, and decides which are too many. */
export class ConnectionLimits {
  readonly #byAddress = new Map<string, number>();
  #open = 0;
  /** How many exist only to be refused. */
  #refused = 0;

  /**
   * Counts a connection.
   *
   * @param address of the client; empty if the client has none, or none is known
   * @param exceeded is called with the limit that refuses it, if one does
   * @returns `undefined` if it must be closed without a reply, because many are being refused already
   */
  admit(
    address: string,
    bounds: ConnectionBounds,
    exceeded: (limit: keyof ConnectionBounds) => void = () => {},
  ): Admission | undefined {
    const limit = this.#open >= bounds.maxConnections ? "maxConnections" : this.#exceeded(address, bounds);
    if (limit !== undefined) {
      exceeded(limit);
      if (this.#refused >= MOST_REFUSED) return undefined;
      this.#refused++;
    }
    this.#open++;
    let key = this.#countIn(address);
    return {
      refusal: limit && refusals[limit],
      move: (other) => {
        this.#countOut(key);
        const reached = this.#exceeded(other, bounds);
        key = this.#countIn(other);
        if (reached !== undefined) exceeded(reached);
        return reached && refusals[reached];
      },
      leave: () => {
        this.#open--;
        if (limit !== undefined) this.#refused--;
        this.#countOut(key);
      },
    };
  }

  #exceeded(
    address: string,
    { maxConnectionsPerAddress }: ConnectionBounds,
  ): "maxConnectionsPerAddress" | undefined {
    const others = address === "" ? 0 : (this.#byAddress.get(addressKey(address)) ?? 0);
    return others >= maxConnectionsPerAddress ? "maxConnectionsPerAddress" : undefined;
  }

  #countIn(address: string): string {
    const key = addressKey(address);
    this.#byAddress.set(key, (this.#byAddress.get(key) ?? 0) + 1);
    return key;
  }

  #countOut(key: string): void {
    const others = (this.#byAddress.get(key) ?? 1) - 1;
    if (others <= 0) this.#byAddress.delete(key);
    else this.#byAddress.set(key, others);
  }
}

/**
 * How many connections are refused with a reply at a time, which may need a TLS handshake. The others are closed at
 * once.
 */
const MOST_REFUSED = 100;

const refusals: Readonly<Record<keyof ConnectionBounds, Reply>> = {
  maxConnections: Reply.of(421, "4.3.2", "Too many connections, try again later"),
  maxConnectionsPerAddress: Reply.of(421, "4.7.0", "Too many connections from your address, try again later"),
};
