import type { Duplex } from "node:stream";
import type { TlsFacts } from "../../protocol/send-report.ts";
import type { Clock, Timer } from "../clock.ts";
import type { ReadMemory } from "./read-buffer.ts";
import type { ServerStream } from "./server-stream.ts";
import type { Secured } from "./tls.ts";
import { outliveFailedWrites } from "./write-errors.ts";

/** What happens on a {@link ConnectionSocket}. */
export interface SocketEvents {
  /** Octets arrived. Their memory is read into again. */
  received(octets: Buffer): void;
  /** The socket takes more. */
  drained(): void;
  /** Nothing more will come; `error` is why, if anything is. */
  ended(error: Error | undefined): void;
}

/** What a socket has to say about the life of the process; other streams have not. */
interface Holder {
  ref(): void;
  unref(): void;
}

/** The socket of a connection, in clear and later perhaps under TLS. Each of its events has one listener. */
export class ConnectionSocket {
  readonly #clock: Clock;
  readonly #events: SocketEvents;
  /** What was connected; under TLS, what that runs over. */
  readonly #base: Duplex & Partial<Holder>;
  /** How it was encrypted when it came. */
  readonly #already: TlsFacts | undefined;
  readonly #memory: ReadMemory | undefined;
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

  /** What is read and written. */
  get stream(): Duplex {
    return this.#stream;
  }

  /** What TLS was made with here, if it was. */
  get secured(): Secured | undefined {
    return this.#secured;
  }

  /** How it is encrypted, if it is. */
  get tls(): TlsFacts | undefined {
    return this.#secured?.facts ?? this.#already;
  }

  /** A write has failed: nothing more can be said, but the last words of the server may still be there. */
  get unwritable(): Error | undefined {
    return this.#unwritable;
  }

  /** Why it is destroyed, if it is by an error. */
  get errored(): Error | undefined {
    return this.#stream.errored ?? undefined;
  }

  /** Goes on under TLS, once `listen` is called. */
  encrypted(secured: Secured): void {
    this.#secured = secured;
    this.#stream = secured.socket;
  }

  /** Hears what happens from now on, and what has arrived. */
  listen(): void {
    const stream = this.#stream;
    outliveFailedWrites(stream, this.#onFailedWrite);
    stream.on("error", this.#onError).on("end", this.#onEnd).on("close", this.#onEnd);
    if (this.#memory === undefined) stream.on("data", this.#onData);
    else this.#memory.listen(this.#onData);
    stream.on("drain", this.#onDrain).resume();
  }

  /** Hears nothing more: somebody else reads from it. */
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
    // TLS over a stream that is no socket of Node's does not end it.
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

/** What a stream of the caller's throws changes nothing. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // There is nobody to tell.
  }
}

/** Milliseconds to wait for the end of what a server says on a connection that cannot be written to any more. */
const LAST_WORDS = 1000;
