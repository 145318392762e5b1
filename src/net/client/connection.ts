import type { Duplex } from "node:stream";
import type { Dialogue, Write } from "../../protocol/dialogue.ts";
import { Failure, sourceFailed } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import { type Reply, ReplyReader, ReplySyntaxError } from "../../protocol/reply.ts";
import type { TlsFacts } from "../../protocol/send-report.ts";
import { channelBindings } from "../channel-bindings.ts";
import type { Clock, Timer } from "../clock.ts";
import { Deadline } from "../deadline.ts";
import { Moment } from "../moment.ts";
import { brokenOff, injected, interrupted, outOfStep, timedOut, unreadable } from "./connection-failures.ts";
import type { ConnectionObserver } from "./connection-observer.ts";
import { tellWrite } from "./observed-writes.ts";
import type { ReadMemory } from "./read-buffer.ts";
import type { ServerStream } from "./server-stream.ts";
import { phaseTimeout, type Timeouts } from "./timeouts.ts";
import { handshake, type Secured, type TlsExpectations } from "./tls.ts";
import { Transcript } from "./transcript.ts";
import { WriteSlab } from "./write-buffer.ts";
import { outliveFailedWrites } from "./write-errors.ts";

/** What a connection needs beside its socket. */
export interface ConnectionOptions {
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  /** Told of what is said. */
  readonly observer?: ConnectionObserver | undefined;
  /** What those who look on call it. */
  readonly number?: number | undefined;
}

/** What a socket has to say about the life of the process; other streams have not. */
interface Holder {
  ref(): void;
  unref(): void;
}

/**
 * A socket on which dialogues are played, one after the other.
 *
 * Each event has one listener, all deadlines share one timer, and octets become replies in one place. Every way in
 * which a connection ends becomes one Failure: it is thrown into the dialogue under way and into all that follow.
 */
export class Connection {
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #deadline: Deadline;
  /** What those who look on call it; 0 where nobody does. */
  readonly number: number;
  /** What was connected to, in words. */
  readonly place: string;
  /** Whether the other end of the socket is known to be on this machine. */
  readonly loopback: boolean;
  /** The socket's own address, where the server may see it. */
  readonly localAddress: string | undefined;
  /** What was connected; under TLS, what that runs over. */
  readonly #base: Duplex & Partial<Holder>;
  /** How it was encrypted when it came. */
  readonly #already: TlsFacts | undefined;
  #socket: Duplex;
  readonly #memory: ReadMemory | undefined;
  readonly #slab: WriteSlab | undefined;
  #reader = new ReplyReader();
  /** Complete replies that nobody has read. */
  #replies: Reply[] = [];
  /** When the reply before was complete or its command handed over, whichever was later. */
  #since: number;
  #phase: Phase = "greeting";
  #playing = false;
  /** How many replies have come since something was said. */
  #answered = 0;
  /** When the last dialogue ended. */
  #quiet: Moment;
  /** Nobody knows whether the server is still there: its first reply tells. */
  #doubtful = false;
  #reading: ((reply: Reply) => void) | undefined;
  #draining: (() => void) | undefined;
  /** Ends whatever is being waited for. */
  #interrupt: ((failure: Failure) => void) | undefined;
  #failure: Failure | undefined;
  /** The connection has ended behind replies that the dialogue has not come to: it fails where it waits for more. */
  #end: ((phase: Phase) => Failure) | undefined;
  /** A write has failed: nothing more can be said, but the last words of the server may still be there. */
  #unwritable: Error | undefined;
  #lastWords: Timer | undefined;
  #secured: Secured | undefined;
  readonly #transcript = new Transcript();
  readonly #observer: ConnectionObserver | undefined;

  constructor(stream: ServerStream, { clock, timeouts, observer, number = 0 }: ConnectionOptions) {
    this.number = number;
    this.#observer = observer;
    this.#transcript.noted(`connected to ${stream.place}`);
    this.#base = stream.socket;
    this.#already = stream.tls;
    this.#socket = stream.socket;
    this.#memory = stream.memory;
    this.#slab = stream.memory && new WriteSlab();
    this.place = stream.place;
    this.loopback = stream.loopback;
    this.localAddress = stream.localAddress;
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#since = clock.now();
    this.#quiet = new Moment(clock);
    this.#deadline = new Deadline(clock, () => this.#fail(this.#late()));
    this.#listen();
  }

  /** Whether no further dialogue can be played. */
  get broken(): boolean {
    return this.#failure !== undefined || this.#end !== undefined;
  }

  /** Milliseconds since the last dialogue ended, whether the process or the machine slept meanwhile or not. */
  get idle(): number {
    return this.#quiet.age;
  }

  /** Whether the server may have let go of it, for being idle: RSET goes in front of whatever is said next. */
  get stale(): boolean {
    return this.idle > FRESH;
  }

  /** Why no further dialogue can be played, if that is so. */
  get failure(): Failure | undefined {
    return this.#failure ?? this.#end?.(this.#phase);
  }

  /** How the connection is encrypted, if it is. */
  get tls(): TlsFacts | undefined {
    return this.#secured?.facts ?? this.#already;
  }

  /**
   * What a login can be bound to, by registered names, the one to prefer in front; nothing in clear. @throws Failure
   */
  channelBindings(): ReadonlyMap<string, Buffer> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#secured === undefined) return new Map();
    const { socket, certificate } = this.#secured;
    if (socket.destroyed) throw this.#fail(brokenOff("auth", socket.errored ?? undefined));
    return channelBindings(socket, certificate);
  }

  /** The last that was said, as {@link Transcript} tells it. */
  transcript(): readonly string[] {
    return this.#transcript.lines();
  }

  /** Plays a dialogue to its end; there is never more than one. */
  async play<T>(dialogue: Dialogue<T>): Promise<T> {
    if (!this.#reader.empty) this.#fail(outOfStep(this.#phase));
    this.#doubtful = this.stale;
    this.#playing = true;
    // While a dialogue is played the socket keeps the process alive; while idle it does not.
    this.#hold(true);
    try {
      let step = dialogue.next();
      while (step.done !== true) {
        const { value } = step;
        let reply: Reply | undefined;
        try {
          if ("read" in value) {
            reply = this.#replies.shift() ?? (await this.#read(value.read));
            this.#transcript.heard(reply, value.read);
            if (this.#observer?.attentive) this.#observer.heard(reply, value.read);
          } else if ("write" in value) await this.#write(value);
          else await this.#derive(value.derive, value.phase);
        } catch (error) {
          step = dialogue.throw(this.#failureOf(error));
          continue;
        }
        step = dialogue.next(reply);
      }
      return step.value;
    } catch (error) {
      throw this.#failureOf(error);
    } finally {
      this.#playing = false;
      this.#quiet = new Moment(this.#clock);
      this.#deadline.clear();
      this.#hold(false);
      this.#rejectSurplus();
      this.#endIn(this.#phase);
    }
  }

  /** Encrypts the connection. Octets that came behind the reply to STARTTLS are an attack and end it. */
  async secure(expectations: TlsExpectations): Promise<TlsFacts> {
    if (!this.#reader.empty) this.#fail(injected());
    if (this.#failure !== undefined) throw this.#failure;
    this.#phase = "tls";
    this.#unlisten();
    this.#hold(true);
    this.#deadline.set(this.#clock.now() + this.#timeouts.connect);
    try {
      this.#secured = await this.#unlessFailed(handshake(this.#socket, expectations));
      this.#socket = this.#secured.socket;
      const { protocol, cipher, verified } = this.#secured.facts;
      this.#transcript.noted(`${protocol} with ${cipher}${verified ? "" : ", the certificate not verified"}`);
    } catch (failure) {
      throw this.#fail(this.#failureOf(failure));
    }
    this.#deadline.clear();
    this.#since = this.#clock.now();
    this.#listen();
    // It may have ended before anybody listened.
    if (this.#socket.destroyed) throw this.#fail(brokenOff("tls", this.#socket.errored ?? undefined));
    return this.#secured.facts;
  }

  /** Ends the connection at once; what is being played fails with what `reason` says of the phase it is in. */
  abort(reason: (phase: Phase) => Failure): void {
    this.#fail(reason(this.#phase));
  }

  readonly #onData = (chunk: Buffer): void => this.#receive(chunk);
  readonly #onDrain = (): void => this.#draining?.();
  readonly #onError = (error: Error): void => this.#ended((phase) => brokenOff(phase, error));
  readonly #onEnd = (): void => this.#ended((phase) => brokenOff(phase, this.#unwritable));
  readonly #onFailedWrite = (error: Error): void => {
    this.#unwritable = error;
    this.#lastWords ??= this.#clock.timer(LAST_WORDS, this.#onEnd);
  };

  #listen(): void {
    outliveFailedWrites(this.#socket, this.#onFailedWrite);
    this.#socket.on("error", this.#onError).on("end", this.#onEnd).on("close", this.#onEnd);
    if (this.#memory === undefined) this.#socket.on("data", this.#onData);
    else this.#memory.listen(this.#onData);
    this.#socket.on("drain", this.#onDrain).resume();
  }

  #unlisten(): void {
    this.#socket.off("data", this.#onData).off("drain", this.#onDrain);
    this.#socket.off("error", this.#onError).off("end", this.#onEnd).off("close", this.#onEnd);
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== undefined || this.#end !== undefined) return;
    try {
      this.#deliverAll(this.#reader.push(chunk));
    } catch (error) {
      if (error instanceof ReplySyntaxError) this.#deliverAll(error.before);
      const behindStartTls = this.#phase === "starttls" && this.#reading === undefined;
      // The memory of the chunk is read into again.
      const octets = Buffer.from(chunk);
      this.#ended((phase) => (behindStartTls ? injected() : unreadable(error, octets, phase)));
    }
  }

  /**
   * Nothing more will come. A dialogue that has been given a reply and not gone on may be given more that are there.
   */
  #ended(why: (phase: Phase) => Failure): void {
    if (this.#playing && this.#interrupt === undefined) this.#end ??= why;
    else this.#fail(why(this.#phase));
  }

  /** What is to happen next, in this phase, cannot. */
  #endIn(phase: Phase): void {
    if (this.#end !== undefined) this.#fail(this.#end(phase));
  }

  #deliverAll(replies: readonly Reply[]): void {
    if (replies.length === 0) return;
    this.#since = this.#clock.now();
    this.#doubtful = false;
    this.#answered += replies.length;
    for (const reply of replies) this.#deliver(reply);
  }

  #deliver(reply: Reply): void {
    if (this.#reading !== undefined) {
      this.#deadline.clear();
      this.#settle(this.#reading, reply);
    } else if (this.#playing && this.#replies.length < MOST_REPLIES) {
      this.#replies.push(reply);
    } else {
      this.#fail(outOfStep(this.#playing ? this.#phase : "reset", [reply]));
    }
  }

  /** What came before anything was said that it could answer answers nothing. */
  #rejectSurplus(): void {
    if (this.#replies.length === 0) return;
    this.#fail(this.#phase === "starttls" ? injected() : outOfStep(this.#phase, this.#replies));
  }

  #read(phase: Phase): Promise<Reply> {
    this.#endIn(phase);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#phase = phase;
    this.#deadline.set(this.#since + this.#limit(phase));
    return new Promise((resolve, reject) => {
      this.#reading = resolve;
      this.#interrupt = reject;
    });
  }

  #late(): Failure {
    const facts = { encrypted: this.tls !== undefined, onlyFirst: this.#answered === 1 };
    return timedOut(this.#phase, this.#limit(this.#phase), facts);
  }

  /** Milliseconds that the reply in a phase may take. */
  #limit(phase: Phase): number {
    const limit = phaseTimeout(phase, this.#timeouts);
    return phase === "reset" && this.#doubtful ? Math.min(limit, DOUBTFUL) : limit;
  }

  #write(step: Write): Promise<void> | undefined {
    const { write, phase, commands, owed = 0 } = step;
    if (this.#replies.length > owed) this.#rejectSurplus();
    this.#endIn(phase);
    if (this.#failure !== undefined) throw this.#failure;
    this.#phase = phase;
    if (this.#unwritable !== undefined) return this.#untilTheEnd();
    this.#answered = 0;
    tellWrite(step, this.#transcript);
    if (this.#observer?.attentive) tellWrite(step, this.#observer);
    if (typeof write === "string") this.#socket.write(write, isAscii(write) ? "latin1" : "utf8");
    else if (Symbol.iterator in write && !("next" in write)) this.#writeTogether(write, commands);
    else return this.#pump(write, commands);
    // Set, perhaps, by the write itself: then nothing of it has gone out.
    if (this.#unwritable !== undefined) return this.#untilTheEnd();
    this.#since = this.#clock.now();
    return undefined;
  }

  /** A copy of what is small costs less than several writes. */
  #writeTogether(pieces: readonly (string | Buffer)[], commands = ""): void {
    // Content that is text is ASCII, and so are most commands.
    const encoding = isAscii(commands) ? "latin1" : "utf8";
    const gathered = encoding === "latin1" ? this.#slab?.gather(pieces, this.#socket) : undefined;
    if (gathered !== undefined) this.#socket.write(gathered);
    else if (pieces.every((piece) => typeof piece === "string"))
      this.#socket.write(pieces.join(""), encoding);
    else this.#socket.write(Buffer.concat(pieces.map((piece) => toBuffer(piece, encoding))));
  }

  /** Nothing can be said any more: what is still to be read is read, and then it fails. */
  #untilTheEnd(): Promise<never> {
    return this.#unlessFailed(new Promise<never>(() => {}));
  }

  /** Writes pieces as they come, never more than the socket takes. */
  async #pump(pieces: Iterable<Buffer> | AsyncIterable<Buffer>, commands = ""): Promise<void> {
    const limit = this.#timeouts.content;
    // The commands in front of it come in the first piece.
    let told = Buffer.byteLength(commands);
    const source =
      Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
    try {
      for (;;) {
        this.#deadline.set(this.#clock.now() + limit);
        const next = await this.#unlessFailed(Promise.resolve(source.next()));
        if (next.done === true) break;
        this.#count(next.value.length - told);
        told = 0;
        if (!this.#socket.write(next.value)) await this.#drained();
        if (this.#unwritable !== undefined) await this.#untilTheEnd();
      }
    } catch (error) {
      // The source may be waiting for something: it is told to stop, and not waited for.
      (async () => source.return?.())().catch(() => {});
      throw this.#fail(error instanceof Failure ? error : sourceFailed(error));
    }
    this.#deadline.clear();
    this.#since = this.#clock.now();
  }

  async #derive(work: () => Promise<void>, phase: Phase): Promise<void> {
    this.#phase = phase;
    this.#deadline.set(this.#clock.now() + phaseTimeout(phase, this.#timeouts));
    await this.#unlessFailed(work());
    this.#deadline.clear();
  }

  #count(octets: number): void {
    this.#transcript.content(octets);
    if (this.#observer?.attentive) this.#observer.content(octets);
  }

  async #drained(): Promise<void> {
    if (!this.#socket.writableNeedDrain) return;
    await this.#unlessFailed(
      new Promise<void>((resolve) => {
        this.#draining = resolve;
      }),
    );
    this.#draining = undefined;
  }

  #unlessFailed<T>(promise: Promise<T>): Promise<T> {
    this.#endIn(this.#phase);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      promise.then(resolve, reject);
    });
  }

  #settle(resolve: (reply: Reply) => void, reply: Reply): void {
    this.#reading = undefined;
    this.#interrupt = undefined;
    resolve(reply);
  }

  /**
   * What was thrown, as a dialogue understands it. An error that is no Failure, such as a stream of the caller's
   * throws, leaves the conversation who knows where; what it means for the mail the dialogue knows.
   */
  #failureOf(error: unknown): Failure {
    return error instanceof Failure ? error : this.#fail(interrupted(this.#phase, error));
  }

  /** Whether the socket keeps the process alive. */
  #hold(held: boolean): void {
    quietly(() => (held ? this.#base.ref?.() : this.#base.unref?.()));
  }

  #destroy(): void {
    quietly(() => this.#socket.destroy());
    // TLS over a stream that is no socket of Node's does not end it.
    quietly(() => this.#base.destroy());
  }

  #fail(failure: Failure): Failure {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.#transcript.noted(`ended: ${failure.kind} (${failure.phase})`);
      this.#observer?.ended(failure);
      this.#deadline.stop();
      this.#lastWords?.cancel();
      this.#destroy();
    }
    const interrupt = this.#interrupt;
    this.#reading = undefined;
    this.#interrupt = undefined;
    interrupt?.(this.#failure);
    return this.#failure;
  }
}

/** What a stream of the caller's throws changes nothing. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // There is nobody to tell.
  }
}

/** As Latin-1 ASCII is copied; as UTF-8 it would be encoded. */
function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

function toBuffer(piece: string | Buffer, encoding: "latin1" | "utf8"): Buffer {
  return typeof piece === "string" ? Buffer.from(piece, encoding) : piece;
}

/** After so many milliseconds without use a server may have let go of a connection. */
const FRESH = 1000;

/** Milliseconds that the reply to the RSET may take that asks a server whether it is still there. */
const DOUBTFUL = 5_000;

/** So many replies may wait to be read: those to each RCPT of a window of mails, or to each chunk of 25 GB. */
const MOST_REPLIES = 100_000;

/** Milliseconds to wait for the end of what a server says on a connection that cannot be written to any more. */
const LAST_WORDS = 1000;
