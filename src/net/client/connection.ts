import type { Dialogue, Pieces, Write } from "../../protocol/dialogue.ts";
import { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import { type Reply, ReplyReader, ReplySyntaxError } from "../../protocol/reply.ts";
import type { TlsFacts } from "../../protocol/send-report.ts";
import { channelBindings } from "../channel-bindings.ts";
import type { Clock } from "../clock.ts";
import { brokenOff, injected, interrupted, outOfStep, timedOut, unreadable } from "./connection-failures.ts";
import type { ConnectionObserver } from "./connection-observer.ts";
import { ConnectionSocket } from "./connection-socket.ts";
import { tellWrite } from "./observed-writes.ts";
import { PlayedDialogue, type StepTaker } from "./played-dialogue.ts";
import { pump } from "./pump.ts";
import { ReplyTimes } from "./reply-times.ts";
import type { ServerStream } from "./server-stream.ts";
import type { Timeouts } from "./timeouts.ts";
import { handshake, type TlsExpectations } from "./tls.ts";
import { Transcript } from "./transcript.ts";
import { WriteBuffer } from "./write-buffer.ts";
import { writeText, writeTogether } from "./write-together.ts";

/** What a connection needs beside its socket. */
export interface ConnectionOptions {
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  /** Observes what is sent and received. */
  readonly observer?: ConnectionObserver | undefined;
  /** Its number, for observers. */
  readonly number?: number | undefined;
}

/**
 * Plays dialogues on a socket, one after another.
 *
 * Bytes become replies in one place. Every way in which a connection ends becomes one Failure, which is thrown into the
 * current dialogue and into all later ones.
 */
export class Connection {
  readonly #times: ReplyTimes;
  /** Its number for observers; 0 if there is none. */
  readonly number: number;
  /** What it is connected to, such as `192.0.2.1:25`. */
  readonly place: string;
  /** Whether the other end of the socket is known to be on this machine. */
  readonly loopback: boolean;
  /** The socket's own address, if the server may see it. */
  readonly localAddress: string | undefined;
  readonly #socket: ConnectionSocket;
  readonly #slab: WriteBuffer | undefined;
  #reader = new ReplyReader();
  /** Complete replies that were not read yet. */
  #replies: Reply[] = [];
  #phase: Phase = "greeting";
  #played: { goOn(reply?: Reply, failure?: Failure): void } | undefined;
  /** How many replies have arrived since the last write. */
  #answered = 0;
  /** The dialogue waits for a reply. */
  #reading = false;
  #draining: (() => void) | undefined;
  /** Ends the current wait for anything but a reply. */
  #interrupt: ((failure: Failure) => void) | undefined;
  #failure: Failure | undefined;
  /** The connection has ended after replies that the dialogue has not read yet: it fails when it waits for more. */
  #end: ((phase: Phase) => Failure) | undefined;
  readonly #transcript = new Transcript();
  readonly #taker: StepTaker = {
    read: (phase) => this.#read(phase),
    write: (step) => this.#write(step),
    derive: (work, phase) => this.#derive(work, phase),
    failureOf: (error) => this.#failureOf(error),
    finished: () => this.#finish(),
  };
  readonly #observer: ConnectionObserver | undefined;

  constructor(stream: ServerStream, { clock, timeouts, observer, number = 0 }: ConnectionOptions) {
    this.number = number;
    this.#observer = observer;
    this.#transcript.noted(`connected to ${stream.place}`);
    this.#slab = stream.memory && new WriteBuffer();
    this.place = stream.place;
    this.loopback = stream.loopback;
    this.localAddress = stream.localAddress;
    this.#times = new ReplyTimes(clock, timeouts, () => this.#fail(this.#late()));
    this.#socket = new ConnectionSocket(stream, clock, {
      received: (octets) => this.#receive(octets),
      drained: () => this.#draining?.(),
      ended: (error) => this.#ended((phase) => brokenOff(phase, error)),
    });
  }

  /** Whether no further dialogue can be played. */
  get broken(): boolean {
    return this.#failure !== undefined || this.#end !== undefined;
  }

  /** Milliseconds since the last dialogue ended, including the time for which the process or the machine slept. */
  get idle(): number {
    return this.#times.idle;
  }

  /** Whether the server may have closed it because it was idle: then RSET goes first. */
  get stale(): boolean {
    return this.#times.stale;
  }

  /** Why no further dialogue can be played. */
  get failure(): Failure | undefined {
    return this.#failure ?? this.#end?.(this.#phase);
  }

  /** How the connection is encrypted, if it is. */
  get tls(): TlsFacts | undefined {
    return this.#socket.tls;
  }

  /**
   * What a login can be bound to, by registered names, the preferred one first; empty if unencrypted. @throws Failure
   */
  channelBindings(): ReadonlyMap<string, Buffer> {
    if (this.#failure !== undefined) throw this.#failure;
    const { secured } = this.#socket;
    if (secured === undefined) return new Map();
    const { socket, certificate } = secured;
    if (socket.destroyed) throw this.#fail(brokenOff("auth", socket.errored ?? undefined));
    return channelBindings(socket, certificate);
  }

  /** The last lines, as {@link Transcript} returns them. */
  transcript(): readonly string[] {
    return this.#transcript.lines();
  }

  /** Plays a dialogue to its end. There is only one at a time. */
  play<T>(dialogue: Dialogue<T>): Promise<T> {
    if (!this.#reader.empty) this.#fail(outOfStep(this.#phase));
    this.#times.begin();
    // The socket keeps the process alive only during a dialogue.
    this.#socket.hold(true);
    return new Promise<T>((resolve, reject) => {
      const played = new PlayedDialogue<T>(dialogue, this.#taker, resolve, reject);
      this.#played = played;
      played.goOn();
    });
  }

  #finish(): void {
    this.#played = undefined;
    this.#times.end();
    this.#socket.hold(false);
    this.#rejectSurplus();
    this.#endIn(this.#phase);
  }

  /** Encrypts the connection. Bytes after the reply to STARTTLS are an attack, and end it. */
  async secure(expectations: TlsExpectations): Promise<TlsFacts> {
    if (!this.#reader.empty) this.#fail(injected());
    if (this.#failure !== undefined) throw this.#failure;
    this.#phase = "tls";
    this.#socket.unlisten();
    this.#socket.hold(true);
    this.#times.allow("tls");
    let facts: TlsFacts;
    try {
      const secured = await this.#unlessFailed(handshake(this.#socket.stream, expectations));
      this.#socket.encrypted(secured);
      ({ facts } = secured);
      const { protocol, cipher, verified } = facts;
      this.#transcript.noted(`${protocol} with ${cipher}${verified ? "" : ", the certificate not verified"}`);
    } catch (failure) {
      throw this.#fail(this.#failureOf(failure));
    }
    this.#times.clear();
    this.#times.said();
    this.#socket.listen();
    // It may have ended before there was a listener.
    if (this.#socket.stream.destroyed) throw this.#fail(brokenOff("tls", this.#socket.errored));
    return facts;
  }

  /** Ends the connection at once. The current dialogue fails with what `reason` returns for its phase. */
  abort(reason: (phase: Phase) => Failure): void {
    this.#fail(reason(this.#phase));
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== undefined || this.#end !== undefined) return;
    try {
      this.#take(this.#reader.push(chunk));
    } catch (error) {
      if (error instanceof ReplySyntaxError) this.#take(error.before);
      const behindStartTls = this.#phase === "starttls" && !this.#awaitsReply;
      // The memory of the chunk is reused by the next read.
      const octets = Buffer.from(chunk);
      this.#ended((phase) => (behindStartTls ? injected() : unreadable(error, octets, phase)));
    }
    this.#resume();
  }

  /** Gives the dialogue the reply that it waits for, once everything that came with it is known. */
  #resume(): void {
    if (!this.#reading || this.#played === undefined) return;
    const reply = this.#replies.shift();
    if (reply === undefined) return;
    this.#reading = false;
    this.#interrupt = undefined;
    this.#times.clear();
    this.#hear(reply, this.#phase);
    this.#played.goOn(reply);
  }

  /** Whether the dialogue waits for a reply that has not arrived. */
  get #awaitsReply(): boolean {
    return this.#reading && this.#replies.length === 0;
  }

  /** Nothing more arrives. A dialogue may still read replies that have arrived. */
  #ended(why: (phase: Phase) => Failure): void {
    const isWaiting = this.#awaitsReply || this.#interrupt !== undefined;
    if (this.#played !== undefined && !isWaiting) this.#end ??= why;
    else this.#fail(why(this.#phase));
  }

  /** The next step of the dialogue, in this phase, is not possible. */
  #endIn(phase: Phase): void {
    if (this.#end !== undefined) this.#fail(this.#end(phase));
  }

  #take(replies: readonly Reply[]): void {
    if (replies.length === 0) return;
    this.#times.heard();
    this.#answered += replies.length;
    for (const reply of replies) {
      if (this.#played === undefined) this.#fail(outOfStep("reset", [reply]));
      else if (this.#replies.length < MOST_REPLIES) this.#replies.push(reply);
      else this.#fail(outOfStep(this.#phase, [reply]));
    }
  }

  /** A reply that arrived before the command cannot be its answer. */
  #rejectSurplus(): void {
    if (this.#replies.length === 0) return;
    this.#fail(this.#phase === "starttls" ? injected() : outOfStep(this.#phase, this.#replies));
  }

  /** The next reply; `undefined` if it must be waited for. */
  #read(phase: Phase): Reply | undefined {
    const reply = this.#replies.shift();
    if (reply !== undefined) {
      this.#hear(reply, phase);
      return reply;
    }
    this.#endIn(phase);
    if (this.#failure !== undefined) throw this.#failure;
    this.#phase = phase;
    this.#times.await(phase);
    this.#reading = true;
    return undefined;
  }

  #hear(reply: Reply, phase: Phase): void {
    this.#transcript.heard(reply, phase);
    if (this.#observer?.attentive) this.#observer.heard(reply, phase);
  }

  #late(): Failure {
    const facts = { encrypted: this.tls !== undefined, onlyFirst: this.#answered === 1 };
    return timedOut(this.#phase, this.#times.limit(this.#phase), facts);
  }

  #write(step: Write): Promise<void> | undefined {
    const { write, phase, commands, owed = 0 } = step;
    if (this.#replies.length > owed) this.#rejectSurplus();
    this.#endIn(phase);
    if (this.#failure !== undefined) throw this.#failure;
    this.#phase = phase;
    if (this.#socket.unwritable !== undefined) return this.#untilTheEnd();
    this.#answered = 0;
    tellWrite(step, this.#transcript);
    if (this.#observer?.attentive) tellWrite(step, this.#observer);
    const { stream } = this.#socket;
    if (typeof write === "string") writeText(stream, write);
    else if (Symbol.iterator in write && !("next" in write))
      writeTogether(stream, this.#slab, write, commands ?? "");
    else return this.#pump(write, commands);
    // The write itself may have set it: then nothing of it was sent.
    if (this.#socket.unwritable !== undefined) return this.#untilTheEnd();
    this.#times.said();
    return undefined;
  }

  /** Nothing more can be sent: reads what still arrives, then fails. */
  #untilTheEnd(): Promise<never> {
    return this.#unlessFailed(new Promise<never>(() => {}));
  }

  async #pump(pieces: Pieces, commands = ""): Promise<void> {
    // The commands before the content are in the first piece.
    let told = Buffer.byteLength(commands);
    const target = {
      wait: <T>(promise: Promise<T>): Promise<T> => {
        this.#times.allow("content");
        return this.#unlessFailed(promise);
      },
      put: async (piece: Buffer): Promise<void> => {
        this.#count(piece.length - told);
        told = 0;
        if (!this.#socket.stream.write(piece)) await this.#drained();
        if (this.#socket.unwritable !== undefined) await this.#untilTheEnd();
      },
    };
    try {
      await pump(pieces, target);
    } catch (error) {
      throw this.#fail(error as Failure);
    }
    this.#times.clear();
    this.#times.said();
  }

  async #derive(work: () => Promise<void>, phase: Phase): Promise<void> {
    this.#phase = phase;
    this.#times.allow(phase);
    await this.#unlessFailed(work());
    this.#times.clear();
  }

  #count(octets: number): void {
    this.#transcript.content(octets);
    if (this.#observer?.attentive) this.#observer.content(octets);
  }

  async #drained(): Promise<void> {
    if (!this.#socket.stream.writableNeedDrain) return;
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

  /**
   * What was thrown, as a Failure. After an error of another kind, such as one of the caller's stream, the state of the
   * conversation is unknown; the dialogue knows what that means for the mail.
   */
  #failureOf(error: unknown): Failure {
    return error instanceof Failure ? error : this.#fail(interrupted(this.#phase, error));
  }

  #fail(failure: Failure): Failure {
    if (this.#failure === undefined) {
      this.#failure = failure;
      this.#transcript.noted(`ended: ${failure.kind} (${failure.phase})`);
      this.#observer?.ended(failure);
      this.#times.stop();
      this.#socket.destroy();
    }
    const interrupt = this.#interrupt;
    this.#interrupt = undefined;
    interrupt?.(this.#failure);
    if (this.#awaitsReply) this.#breakOff(this.#failure);
    return this.#failure;
  }

  /** Fails the wait for a reply; not at once, because whoever ends the connection is not done. */
  #breakOff(failure: Failure): void {
    const played = this.#played;
    this.#reading = false;
    if (played !== undefined) queueMicrotask(() => played.goOn(undefined, failure));
  }
}

/** How many replies may wait to be read: enough for each RCPT of a window of mails, or each chunk of 25 GB. */
const MOST_REPLIES = 100_000;
