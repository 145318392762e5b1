import type { Socket } from "node:net";
import type { SocketAction } from "../../../server/connection/observer.ts";
import type { ResolvedFault } from "../definition/resolved-fault.ts";
import { beneath, end, freeze, hold, packets, pause, trickle } from "./socket-actions.ts";

/** How a reply is sent: the fields of a fault that say so. */
export type Manner = Pick<
  ResolvedFault,
  "delay" | "tarpit" | "stall" | "drop" | "by" | "raw" | "repeat" | "unencrypted"
>;

/** Sends replies to the client, as text and as actions on the socket, in their order. */
export class FaultyWriter {
  readonly #accepted: Socket;
  readonly #said: (reply: string) => void;
  readonly #actions: SocketAction[] = [];
  #output = "";
  /** Whether nothing more is sent, and what arrives is ignored. */
  muted = false;

  /** @param accepted the socket below TLS. @param said gets every reply as text. */
  constructor(accepted: Socket, said: (reply: string) => void) {
    this.#accepted = accepted;
    this.#said = said;
  }

  /** Whether there are actions. */
  get busy(): boolean {
    return this.#actions.length > 0;
  }

  /** Takes the text that must be written before the next action. */
  takeOutput(): string {
    const output = this.#output;
    this.#output = "";
    return output;
  }

  /** Takes the next action. */
  takeAction(): SocketAction | undefined {
    return this.#actions.shift();
  }

  /** Sends a reply in the manner of a fault. */
  say(reply: string, manner: Manner | undefined): void {
    if (this.muted) return;
    if (manner === undefined) this.#write(reply);
    else this.#sayIn(manner, reply);
  }

  #sayIn(manner: Manner, reply: string): void {
    const { delay, tarpit, drop, raw } = manner;
    if (delay > 0) this.#actions.push(pause(delay));
    if (manner.stall || drop === "before") {
      this.#finish(manner);
      return;
    }
    const octets = raw === undefined ? Buffer.from(reply) : Buffer.concat(raw);
    const half = drop === "within" ? octets.subarray(0, Math.ceil(octets.length / 2)) : octets;
    if (tarpit !== undefined) this.#act(String(half), trickle(half, tarpit));
    else if (drop === "within") this.#act(String(half), packets([half], 1));
    else if (raw !== undefined) this.#act(String(octets), this.#packets(raw, manner));
    else this.#write(reply);
    if (drop !== undefined) this.#finish(manner);
  }

  /** Does what a fault says at a point without a reply. */
  act(manner: Manner, at: "greeting" | "handshake" | "content"): void {
    if (this.muted) return;
    const { delay, drop, raw, stall } = manner;
    if (delay > 0) this.#actions.push({ greeting: pause, handshake: hold, content: freeze }[at](delay));
    if (raw !== undefined) this.#act(String(Buffer.concat(raw)), this.#packets(raw, manner));
    if (stall) this.#actions.push((at === "content" ? freeze : pause)(Number.POSITIVE_INFINITY));
    if (stall && drop === undefined) this.#actions.push(end("fin", this.#accepted));
    if (stall || drop !== undefined) this.#finish(manner);
  }

  #packets(raw: readonly Buffer[], { repeat, unencrypted }: Manner): SocketAction {
    return unencrypted ? beneath(raw, repeat, this.#accepted) : packets(raw, repeat);
  }

  #finish({ drop, by }: Manner): void {
    if (drop !== undefined) this.#actions.push(end(by, this.#accepted));
    this.muted = true;
  }

  #write(reply: string): void {
    if (this.busy) this.#actions.push(packets([Buffer.from(reply)], 1));
    else this.#output += reply;
    this.#said(reply);
  }

  #act(words: string, action: SocketAction): void {
    this.#actions.push(action);
    this.#said(words);
  }
}
