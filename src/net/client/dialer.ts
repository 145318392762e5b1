import { connect, type Socket } from "node:net";
import { Failure } from "../../protocol/failure.ts";
import type { Clock } from "../clock.ts";
import { addressesOf, type Resolve } from "./addresses.ts";
import { attempt, type OnAttempt } from "./bounded-attempt.ts";
import { timedOut } from "./connection-failures.ts";
import { connectBy } from "./connector.ts";
import type { FailedAddresses } from "./failed-addresses.ts";
import { attemptDelay, race } from "./happy-eyeballs.ts";
import { connectThrough, proxyUnreachable } from "./proxy-connection.ts";
import { ReadBuffer } from "./read-buffer.ts";
import type { Route } from "./route.ts";
import {
  indirectStream,
  KEEP_ALIVE_DELAY,
  placeOf,
  type ServerStream,
  tcpStream,
  unixStream,
} from "./server-stream.ts";
import type { Timeouts } from "./timeouts.ts";
import { noneOf, unreachable } from "./unreachable.ts";

/** Where and how to connect, and how long it may take. */
export interface DialOptions {
  /** A domain in A-labels, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly route: Route;
  /** The address of this machine to connect from. */
  readonly localAddress: string | undefined;
  readonly resolve: Resolve;
  /** Whether the connection is never encrypted and only a Connection reads it. */
  readonly plaintext: boolean;
  /** The addresses that are tried last. */
  readonly failedAddresses: FailedAddresses;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
}

/**
 * Connects to one server: to the first of its addresses that answers. If the server there takes no mail, it connects to
 * the next, up to four times.
 */
export class Dialer {
  readonly #options: DialOptions;
  /** The addresses that have not failed yet; `undefined` until they were looked up. */
  #addresses: readonly string[] | undefined;
  /** The address of the last connection. */
  #address: string | undefined;
  /** How many answered and took no mail. */
  #passed = 0;
  readonly #failures: Failure[] = [];

  constructor(options: DialOptions) {
    this.#options = options;
  }

  /**
   * Connects to the first of the remaining addresses that answers, within the connect timeout.
   *
   * @throws Failure, of kind `"connection"` or `"timeout"` if it is caused by the network.
   */
  connect(onAttempt?: OnAttempt): Promise<ServerStream> {
    const { clock, timeouts } = this.#options;
    const late = () => this.#late();
    return attempt((signal) => this.#reach(signal), { clock, limit: timeouts.connect, late, onAttempt });
  }

  /**
   * Records that the server at the last address takes no mail. If there are other addresses, the next `connect` tries
   * them; otherwise throws `failure`, with the failures of the others.
   */
  passOver(failure: Failure): void {
    const { host, port } = this.#options;
    if (this.#address === undefined) throw failure;
    this.#drop(this.#address, failure);
    if (this.#addresses?.length === 0 || ++this.#passed === MOST) throw noneOf(host, port, this.#failures);
  }

  /** Makes the next `connect` begin with the address of the last connection. */
  stay(): void {
    const address = this.#address;
    if (address !== undefined && this.#addresses !== undefined)
      this.#addresses = [address, ...this.#addresses.filter((other) => other !== address)];
  }

  /** Records that the server at the last address takes mail. */
  served(): void {
    if (this.#address !== undefined) this.#options.failedAddresses.delete(this.#placeOf(this.#address));
  }

  #drop(address: string, failure: Failure): void {
    this.#failures.push(failure);
    this.#addresses = this.#addresses?.filter((other) => other !== address);
    this.#options.failedAddresses.add(this.#placeOf(address), this.#options.clock);
  }

  #placeOf(address: string): string {
    return placeOf(address, this.#options.port);
  }

  async #reach(signal: AbortSignal): Promise<ServerStream> {
    const { host, port, route } = this.#options;
    switch (route.via) {
      case "tcp":
        return this.#tcp(signal);
      case "unix":
        return unix(route.path, signal);
      case "connector":
        return connectBy(route.connector, { host, port, signal });
      case "proxy": {
        const { proxy } = route;
        const dialer = new Dialer({
          ...this.#options,
          host: proxy.host,
          port: proxy.port,
          route: { via: "tcp" },
          plaintext: false,
        });
        const { socket } = await dialer.#tcp(signal).catch((error) => {
          throw proxyUnreachable(error, proxy);
        });
        const way = await connectThrough(socket, proxy, this.#options, signal);
        return indirectStream(way, this.#place);
      }
    }
  }

  async #tcp(signal: AbortSignal): Promise<ServerStream> {
    const { host, port, localAddress, resolve, plaintext, clock, timeouts, failedAddresses } = this.#options;
    this.#addresses ??= failedAddresses.last(await addressesOf(host, resolve, localAddress), (address) =>
      this.#placeOf(address),
    );
    const addresses = this.#addresses;
    signal.throwIfAborted();
    const memories = new Map<Socket, ReadBuffer>();
    const dial = (address: string): Socket => {
      const memory = plaintext ? new ReadBuffer() : undefined;
      const socket = connect({
        host: address,
        port,
        localAddress,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_DELAY,
        ...(memory && { onread: memory.onread }),
      });
      if (memory !== undefined) memories.set(socket, memory);
      return socket;
    };
    const failed = (address: string, error: Error) =>
      this.#drop(address, unreachable(error, this.#placeOf(address)));
    const delay = attemptDelay(addresses.length, timeouts.connect);
    const winner = await race({ addresses, dial, clock, delay, signal, failed });
    if (winner === undefined) throw noneOf(host, port, this.#failures);
    this.#address = winner.address;
    return tcpStream(winner.socket, this.#placeOf(winner.address), memories.get(winner.socket));
  }

  #late(): Failure {
    const { host, port, timeouts } = this.#options;
    const { message } = timedOut("connect", timeouts.connect);
    const cause =
      this.#failures.length > 0
        ? new AggregateError(this.#failures.map((failure) => failure.asCause()))
        : undefined;
    const late = new Failure({
      kind: "timeout",
      phase: "connect",
      message: `${message} to ${this.#place}`,
      cause,
    });
    // The reply of a server that took no mail says more than the silence of the others.
    return this.#passed > 0 ? noneOf(host, port, [...this.#failures, late]) : late;
  }

  /** The destination, in words. */
  get #place(): string {
    const { host, port, route } = this.#options;
    if (route.via === "unix") return route.path;
    const place = placeOf(host, port);
    return route.via === "proxy"
      ? `${place} through the proxy ${placeOf(route.proxy.host, route.proxy.port)}`
      : place;
  }
}

/** How many addresses of a host may answer and take no mail before it fails. */
const MOST = 4;

function unix(path: string, signal: AbortSignal): Promise<ServerStream> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const aborted = () => socket.destroy();
    signal.addEventListener("abort", aborted, { once: true });
    // It stays, because a destroyed socket may still emit an error.
    socket.on("error", (cause) => reject(unreachable(cause, path)));
    socket.once("connect", () => {
      signal.removeEventListener("abort", aborted);
      resolve(unixStream(socket, path));
    });
  });
}
