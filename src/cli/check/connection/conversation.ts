import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { channelBindings } from "../../../net/channel-bindings.ts";
import type { Dialogue } from "../../../protocol/dialogue.ts";
import { type Reply, ReplyReader, ReplySyntaxError } from "../../../protocol/reply.ts";
import { Broken, type BrokenFacts, type Step } from "./broken.ts";
import { encrypt, type HandshakeSettings } from "./handshake.ts";

/** A reply, and how long it took. */
export interface TimedReply {
  readonly reply: Reply;
  /** Milliseconds since the last command was written. */
  readonly ms: number;
}

/**
 * A conversation with a server of which nothing good is expected: every wait has an end, and what the server sends is
 * bounded. Whatever goes wrong is thrown as {@link Broken}.
 */
export class Conversation {
  #stream: Duplex;
  #reader = new ReplyReader();
  readonly #replies: Reply[] = [];
  readonly #timeout: number;
  /** What came since the last command, as far as it is kept. */
  #octets = "";
  #count = 0;
  #said = performance.now();
  #end: Pick<BrokenFacts, "problem" | "code"> | undefined;
  #wake: (() => void) | undefined;
  /** When all of it must be over: a server that answers each command just in time must not hold us for minutes. */
  readonly #until: number;

  /** @param timeout milliseconds until a reply must be complete */
  constructor(stream: Duplex, timeout: number) {
    this.#stream = stream;
    this.#timeout = timeout;
    this.#until = performance.now() + STEPS * timeout;
    // It stays: a destroyed socket may still emit an error.
    stream.on("error", (error: NodeJS.ErrnoException) => this.#ended(endOf(error)));
    this.#listen();
  }

  /** What came since the last command, as Latin-1; at most a few hundred octets. */
  get octets(): string {
    return this.#octets;
  }

  /** Whether something has arrived that no command asked for. */
  get surplus(): boolean {
    return this.#replies.length > 0 || !this.#reader.empty;
  }

  /** Writes commands. */
  say(commands: string): void {
    this.#octets = "";
    this.#said = performance.now();
    if (!this.#stream.destroyed) this.#stream.write(commands);
  }

  /** Waits for the next reply. @throws Broken */
  async reply(step: Step, timeout: number = this.#timeout): Promise<TimedReply> {
    const until = Math.min(performance.now() + timeout, this.#until);
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return { reply, ms: Math.round((performance.now() - this.#said) * 10) / 10 };
      if (this.#end !== undefined) throw this.#broken(step, this.#end);
      const left = until - performance.now();
      if (left <= 0) throw this.#broken(step, { problem: "timeout" });
      await this.#news(left);
    }
  }

  /** Sends one command and waits for its reply. @throws Broken also if replies came that answer nothing */
  async ask(command: string, step: Step, timeout?: number): Promise<TimedReply> {
    if (this.surplus) throw this.#broken(step, { problem: "unasked" });
    this.say(`${command}\r\n`);
    return this.reply(step, timeout);
  }

  /** Plays a dialogue of the client's half of SMTP. @throws Broken, and what the dialogue throws */
  async play<T>(dialogue: Dialogue<T>, phase: Step): Promise<T> {
    let next = dialogue.next(undefined as never);
    while (next.done !== true) {
      const step = next.value;
      if ("read" in step) {
        next = dialogue.next((await this.reply(phase)).reply);
        continue;
      }
      if ("derive" in step) await step.derive();
      else if (typeof step.write === "string") this.say(step.write);
      next = dialogue.next(undefined);
    }
    return next.value;
  }

  /** Encrypts the connection. @throws Broken */
  async secure(settings: HandshakeSettings): Promise<TLSSocket> {
    this.#stream.removeAllListeners("data").removeAllListeners("end").removeAllListeners("close");
    this.#octets = "";
    const socket = await encrypt(this.#stream, settings, this.#timeout);
    this.#stream = socket;
    this.#reader = new ReplyReader();
    this.#said = performance.now();
    socket.on("error", (error: NodeJS.ErrnoException) => this.#ended(endOf(error)));
    this.#listen();
    return socket;
  }

  /** What a login can be bound to; empty without TLS. */
  channelBindings(): ReadonlyMap<string, Buffer> {
    if (!(this.#stream instanceof TLSSocket) || this.#stream.destroyed) return new Map();
    return channelBindings(this.#stream, this.#stream.getPeerCertificate().raw);
  }

  /** Says goodbye without waiting for the answer. */
  close(): void {
    if (!this.#stream.destroyed && this.#end === undefined) this.#stream.write("QUIT\r\n");
    this.#stream.end();
    const stream = this.#stream;
    setTimeout(() => stream.destroy(), 500).unref();
  }

  #listen(): void {
    this.#stream
      .on("data", (chunk: Buffer) => this.#receive(chunk))
      .on("end", () => this.#ended({ problem: "closed" }))
      .on("close", () => this.#ended({ problem: "closed" }));
  }

  #receive(chunk: Buffer): void {
    this.#count += chunk.length;
    if (this.#octets.length < KEPT) this.#octets += chunk.toString("latin1", 0, KEPT);
    try {
      this.#replies.push(...this.#reader.push(chunk));
    } catch (error) {
      if (!(error instanceof ReplySyntaxError)) throw error;
      this.#replies.push(...error.before);
      this.#ended({ problem: "not-smtp" });
    }
    // A server that never stops is told nothing more.
    if (this.#count > MOST) this.#ended({ problem: "not-smtp" });
    this.#wake?.();
  }

  #ended(end: Pick<BrokenFacts, "problem" | "code">): void {
    this.#end ??= end;
    if (end.problem === "not-smtp") this.#stream.destroy();
    this.#wake?.();
  }

  async #news(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  #broken(step: Step, end: Pick<BrokenFacts, "problem" | "code">): Broken {
    return new Broken({ step, octets: this.#octets.slice(0, KEPT), ...end });
  }
}

/** For how many steps at full length there is time. */
const STEPS = 4;

/** How many octets are kept to tell what the server speaks, and how many may come in all. */
const KEPT = 512;
const MOST = 1024 * 1024;

function endOf({ code }: NodeJS.ErrnoException): Pick<BrokenFacts, "problem" | "code"> {
  if (code === "ECONNRESET" || code === "EPIPE") return { problem: "reset", code };
  return { problem: "closed", code };
}
