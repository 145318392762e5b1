import type { Socket } from "node:net";
import type { Clock } from "../clock.ts";
import { Deadline } from "../deadline.ts";

/** The result of a read: bytes, or the reason why there are none. */
export type Received = Buffer | "ended" | "timeout" | "interrupted" | "lost";

/**
 * A client's connection from the server's side. It is read when something is needed, and paused otherwise. It never
 * throws, because anything that a client does to its connection is normal.
 */
export class ServerSocket {
  readonly #clock: Clock;
  readonly #deadline: Deadline;
  #controller = new AbortController();
  #socket: Socket;
  #queue: Buffer[] = [];
  #queued = 0;
  #state: "open" | "ended" | "lost" = "open";
  /** Who waits for bytes. */
  #later: ((received: Received) => void) | undefined;
  #drained: (() => void) | undefined;

  constructor(socket: Socket, clock: Clock) {
    this.#clock = clock;
    this.#deadline = new Deadline(clock, () => this.#settle("timeout"));
    this.#socket = socket;
    this.#attach(socket);
  }

  /** Aborted when the connection is gone, or what has been waited for is given up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Aborts the signal of what takes too long. What comes next gets another. */
  giveUp(reason: Error): void {
    if (this.#state === "lost") return;
    const controller = this.#controller;
    this.#controller = new AbortController();
    controller.abort(reason);
  }

  /** The socket underneath: for its addresses, and for TLS. */
  get socket(): Socket {
    return this.#socket;
  }

  /** Whether bytes have arrived that were not read yet. */
  get pending(): boolean {
    return this.#queued > 0;
  }

  /**
   * Returns the bytes that have arrived. If there are none, returns `undefined` and calls `later` with what arrives,
   * or with `"timeout"` at the moment `until` of the clock. There is one reader at a time.
   */
  read(until: number, later: (received: Received) => void): Received | undefined {
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#queued -= chunk.length + CHUNK_COST;
      if (this.#queued < HIGH_WATER && this.#socket.isPaused()) this.#socket.resume();
      return chunk;
    }
    if (this.#state !== "open") return this.#state;
    this.#later = later;
    this.#deadline.set(until);
    return undefined;
  }

  /** Puts bytes back, to be read next. */
  unread(octets: Buffer): void {
    if (octets.length === 0) return;
    this.#queue.unshift(octets);
    this.#queued += octets.length + CHUNK_COST;
  }

  /** Waits for `ms` milliseconds, or until the connection is lost. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => {
        timer.cancel();
        this.signal.removeEventListener("abort", over);
        resolve();
      };
      const timer = this.#clock.timer(ms, over);
      if (this.signal.aborted) return over();
      this.signal.addEventListener("abort", over);
    });
  }

  /** Whether nothing arrives for `ms` milliseconds. Bytes that arrive are kept for the next read. */
  async quiet(ms: number): Promise<boolean> {
    if (this.pending) return false;
    const received = await this.#next(this.#clock.now() + ms);
    if (Buffer.isBuffer(received)) this.#keep(received);
    return !Buffer.isBuffer(received);
  }

  /** Makes a read that is waiting return. */
  interrupt(): void {
    this.#settle("interrupted");
  }

  /** Writes at once, in one piece. */
  write(text: string): void {
    if (text !== "" && this.#state !== "lost") this.#socket.write(text);
  }

  /**
   * If `most` bytes or more wait for the client, waits until it has taken them; resolves to `false` if that takes more
   * than `ms` milliseconds. Returns `undefined` if there is nothing to wait for.
   */
  drained(ms: number, most: number): Promise<boolean> | undefined {
    return this.#socket.writableLength < most ? undefined : this.#drain(ms);
  }

  async #drain(ms: number): Promise<boolean> {
    this.#socket.pause();
    const timely = await new Promise<boolean>((resolve) => {
      const timer = this.#clock.timer(ms, () => resolve(false));
      this.#drained = () => {
        timer.cancel();
        resolve(true);
      };
    });
    this.#drained = undefined;
    if (this.#queued < HIGH_WATER) this.#socket.resume();
    return timely;
  }

  /**
   * Goes on with the socket that `upgrade` makes of this one; until then nothing is read. Bytes that were not read yet
   * are left to it: they can be the first ones of a TLS handshake, behind a PROXY header.
   */
  async replace(upgrade: (socket: Socket) => Promise<Socket | undefined>): Promise<boolean> {
    this.#detach();
    for (const chunk of this.#queue.reverse()) this.#socket.unshift(chunk);
    this.#queue = [];
    this.#queued = 0;
    const socket = await upgrade(this.#socket);
    if (socket === undefined) {
      this.destroy();
      return false;
    }
    this.#socket = socket;
    this.#attach(socket);
    return true;
  }

  /**
   * Closes so that the last reply arrives. Closing a socket with unread bytes would send a reset, and the client's
   * system would drop what it has received. So the server reads and discards what still arrives, up to a limit.
   */
  async linger(ms: number): Promise<void> {
    let left = LINGER_OCTETS;
    this.#queue = [];
    this.#queued = 0;
    if (this.#state !== "lost") this.#socket.end();
    this.#socket.resume();
    const until = this.#clock.now() + ms;
    while (left > 0) {
      const received = await this.#next(until);
      if (!Buffer.isBuffer(received)) break;
      left -= received.length;
    }
    await this.#finish(ms);
  }

  /**
   * Gives the socket away, as if nobody had read from it, and closes it when `use` is done with it, after at most `ms`
   * milliseconds. What it does with the socket, and for how long, is its own affair.
   */
  async giveAway(use: (socket: Socket) => Promise<void>, ms: number): Promise<void> {
    this.#detach();
    // A socket that was paused would not flow to a new listener. Without its last listener it forgets that.
    this.#socket.on("readable", ignore).off("readable", ignore);
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await use(this.#socket);
    } finally {
      await this.#finish(ms);
    }
  }

  /** Closes once everything has been written, or is cut. */
  #finish(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#socket.closed) return resolve();
      const timer = this.#clock.timer(ms, () => this.#socket.destroy());
      this.#socket.once("close", () => {
        timer.cancel();
        resolve();
      });
      this.#socket.destroySoon();
    });
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#socket.destroy();
    this.#gone();
  }

  #next(until: number): Promise<Received> {
    return new Promise((resolve) => {
      const received = this.read(until, resolve);
      if (received !== undefined) resolve(received);
    });
  }

  #settle(received: Received): boolean {
    const later = this.#later;
    if (later === undefined) return false;
    this.#later = undefined;
    this.#deadline.clear();
    later(received);
    return true;
  }

  #attach(socket: Socket): void {
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
    socket.on("drain", this.#onDrain);
    // A reset is followed by "close", which handles it.
    socket.on("error", ignore);
  }

  #detach(): void {
    this.#socket.pause();
    this.#socket.off("data", this.#onData).off("end", this.#onEnd).off("drain", this.#onDrain);
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#settle(chunk)) return;
    this.#keep(chunk);
  };

  #keep(chunk: Buffer): void {
    this.#queue.push(chunk);
    this.#queued += chunk.length + CHUNK_COST;
    if (this.#queued >= HIGH_WATER) this.#socket.pause();
  }

  readonly #onEnd = (): void => {
    if (this.#state === "open") this.#state = "ended";
    this.#settle("ended");
  };

  readonly #onClose = (): void => this.#gone();

  readonly #onDrain = (): void => this.#drained?.();

  #gone(): void {
    if (this.#state === "lost") return;
    this.#state = "lost";
    this.#deadline.stop();
    this.#settle("lost");
    this.#drained?.();
    this.#controller.abort(gone);
  }
}

/** How many unread bytes stop the reading. */
const HIGH_WATER = 65_536;

/** What a chunk costs besides its bytes, so that many small chunks count as much as they need. */
const CHUNK_COST = 256;

/** How many bytes are read after the end, so that the last reply arrives. */
const LINGER_OCTETS = 4_194_304;

/** What abort() would make by itself, with a stack for each connection, which takes longer than a command. */
const gone = new DOMException("The connection is gone", "AbortError");

function ignore(): void {}
