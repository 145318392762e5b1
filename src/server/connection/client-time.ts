import type { Clock } from "../../net/clock.ts";
import type { ServerTimeouts } from "../options/options.ts";
import type { ResolvedOptions } from "../options/resolved-options.ts";

/** What the server expects from a client: a command, or the content of a message. */
export type Expected = "command" | "content";

/** How long a client may still take, in milliseconds. */
export class ClientTime {
  readonly #clock: Clock;
  readonly #timeouts: Required<ServerTimeouts>;
  readonly #minUploadRate: number;
  /** When the connection has lasted as long as it may. */
  readonly #end: number;
  #left: number;
  /** When the server last began to wait. */
  #waitingSince = 0;

  constructor(
    clock: Clock,
    { timeouts, minUploadRate }: Pick<ResolvedOptions, "timeouts" | "minUploadRate">,
  ) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#minUploadRate = minUploadRate;
    this.#end = clock.now() + timeouts.session;
    this.#left = timeouts.command;
  }

  /** The client has been answered: it has the whole time again. */
  restart(expected: Expected): void {
    this.#left = this.#timeouts[expected];
  }

  /** The server waits from now on. Returns until when. */
  wait(): number {
    this.#waitingSince = this.#clock.now();
    return Math.min(this.#waitingSince + this.#left, this.#end);
  }

  /** Something has come. Content earns time by coming, so that neither silence nor a trickle lasts. */
  took(expected: Expected, octets: number): void {
    this.#left -= this.#clock.now() - this.#waitingSince;
    if (expected === "command") return;
    const earned = (octets / this.#minUploadRate) * 1000;
    this.#left = Math.min(this.#timeouts.content, this.#left + earned);
  }

  /** Which time is over, and what the client has done: said nothing, or too little. */
  over(expected: Expected): { readonly timeout: "session" | Expected; readonly what: string } {
    if (this.#clock.now() >= this.#end)
      return { timeout: "session", what: "the connection has lasted as long as it may" };
    return expected === "content"
      ? { timeout: expected, what: "the content came too slowly, or not at all" }
      : { timeout: expected, what: "the client sent no whole command" };
  }
}
