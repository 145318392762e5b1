import type { Duplex } from "node:stream";
import type { TlsFacts } from "../../protocol/send-report.ts";
import type { Clock, Timer } from "../clock.ts";
import type { ReadBuffer } from "./read-buffer.ts";
import type { ServerStream } from "./server-stream.ts";
import type { Secured } from "./tls.ts";
import { outliveFailedWrites } from "./write-errors.ts";

/** What happens on a {@link ConnectionSocket}. */
export interface SocketEvents {
  /** Bytes arrived. Their memory is reused by the next read. */
  received(octets: Buffer): void;
  /** The socket can take more. */
  drained(): void;
  /** Nothing more arrives; `error` is the reason, if there is one. */
  ended(error: Error | undefined): void;
}

/** What a socket can do about the life of the process; other streams cannot. */
interface Holder {
  ref(): void;
  unref(): void;
}

/** The socket of a connection: first unencrypted, later perhaps TLS. Each of its events has one listener. */
export class ConnectionSocket {
  readonly #clock: Clock;
  readonly #events: SocketEvents;
  /** The socket that was connected; under TLS, the one below it. */
  readonly #base: Duplex & Partial<Holder>;
  /** How it was encrypted when it was handed to the connection. */
  readonly #already: TlsFacts | undefined;
  readonly #memory: ReadBuffer | undefined;
  #stream: Duplex;
  #secured: Secured | undefined;
  #unwritable: Error | undefined;
  #lastWords: Timer | undefined;

  constructor({ socket, tls, memory }: ServerStream, clock: Clock, events: SocketEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#base = socket;
    this.#already = tls;
    this.#memory = memory;
    this.#stream = socket;
    this.listen();
  }

  /** The stream to read from and write to. */
  get stream(): Duplex {
    return this.#stream;
  }

  /** The result of the TLS handshake, if it was made here. */
  get secured(): Secured | undefined {
    return this.#secured;
  }

  /** How it is encrypted, if it is. */
  get tls(): TlsFacts | undefined {
    return this.#secured?.facts ?? this.#already;
  }

  /** The error of a failed write: nothing more can be sent, but the last replies of the server may still arrive. */
  get unwritable(): Error | undefined {
    return this.#unwritable;
  }

  /** The error that destroyed it, if there was one. */
  get errored(): Error | undefined {
    return this.#stream.errored ?? undefined;
  }

  /** Continues over TLS after the next `listen`. */
  encrypted(secured: Secured): void {
    this.#secured = secured;
    this.#stream = secured.socket;
  }

  /** Starts to listen, also to what has arrived already. */
  listen(): void {
    const stream = this.#stream;
    outliveFailedWrites(stream, this.#onFailedWrite);
    stream.on("error", this.#onError).on("end", this.#onEnd).on("close", this.#onEnd);
    if (this.#memory === undefined) stream.on("data", this.#onData);
    else this.#memory.listen(this.#onData);
    stream.on("drain", this.#onDrain).resume();
  }

  /** Stops listening, because something else reads from the socket. */
  unlisten(): void {
    const stream = this.#stream;
    stream.off("data", this.#onData).off("drain", this.#onDrain);
    stream.off("error", this.#onError).off("end", this.#onEnd).off("close", this.#onEnd);
  }

  /** Whether it keeps the process alive. */
  hold(held: boolean): void {
    quietly(() => (held ? this.#base.ref?.() : this.#base.unref?.()));
  }

  /** Ends it at once. */
  destroy(): void {
    this.#lastWords?.cancel();
    quietly(() => this.#stream.destroy());
    // TLS over a stream that is not one of Node's sockets does not destroy that stream.
    quietly(() => this.#base.destroy());
  }

  readonly #onData = (octets: Buffer): void => this.#events.received(octets);
  readonly #onDrain = (): void => this.#events.drained();
  readonly #onError = (error: Error): void => this.#events.ended(error);
  readonly #onEnd = (): void => this.#events.ended(this.#unwritable);
  readonly #onFailedWrite = (error: Error): void => {
    this.#unwritable = error;
    this.#lastWords ??= this.#clock.timer(LAST_WORDS, this.#onEnd);
  };
}

/** An error that a stream of the caller throws changes nothing. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // Nothing could handle it.
  }
}

/** Milliseconds to wait for the last replies of the server on a connection that cannot be written to any more. */
const LAST_WORDS = 1000;
