import type { Clock } from "../../../net/clock.ts";
import type { Phase } from "../../../protocol/phase.ts";
import type { Reply } from "../../../protocol/reply.ts";

/**
 * Slows the whole transport if the server asks for it. Each time it halves how many connections are used and how much
 * is under way on each, and pauses twice as long as the time before. Each half minute without another such reply
 * reverts one halving.
 */
export class Throttle {
  readonly #clock: Clock;
  /** How often everything was halved. */
  #level = 0;
  /** The end of the pause; from then on the level falls. */
  #until = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Takes the reply that ended a mail, if it refused it. A reply that sends the mail to another connection does not
   * come here.
   */
  refused(phase: Phase, reply: Reply): void {
    if (!asksForLess(phase, reply)) return;
    const now = this.#clock.now();
    // What was under way at the first such reply gets the same reply, which says nothing new.
    if (now < this.#until) return;
    this.#level = Math.min(this.level + 1, LEVELS);
    this.#until = now + FIRST_PAUSE * 2 ** (this.#level - 1);
  }

  /** How often everything is halved at present. */
  get level(): number {
    if (this.#level === 0) return 0;
    const steady = Math.max(0, this.#clock.now() - this.#until);
    const level = Math.max(0, this.#level - Math.floor(steady / RECOVERY));
    // Reverted halvings stay reverted; the rest of the time counts towards the next.
    this.#until += (this.#level - level) * RECOVERY;
    this.#level = level;
    return level;
  }

  /** The part of `whole` that may be used now, at least 1. */
  share(whole: number): number {
    return this.#level === 0 ? whole : Math.max(1, Math.floor(whole / 2 ** this.level));
  }

  /** Milliseconds until anything may go. */
  get wait(): number {
    return this.#level === 0 ? 0 : Math.max(0, this.#until - this.#clock.now());
  }
}

/** Milliseconds. */
const FIRST_PAUSE = 1000;
/** Milliseconds. */
const RECOVERY = 30_000;
/** At most 1/64 is left, and the longest pause is 32 s. */
const LEVELS = 6;

/**
 * Whether a reply says that the server gets too much: it closes the connection (421), takes nothing now (4.3.2), a
 * policy limits it for now (4.7.x), or there are too many (4.5.3, which only concerns the recipients if it answers
 * RCPT). Amazon SES replies `454 Throttling failure` without an enhanced code; by RFC 4954 6 a 454 is 4.7.0.
 */
function asksForLess(phase: Phase, { code, enhancedCode = "", transient }: Reply): boolean {
  if (code === 421) return true;
  if (!transient) return false;
  if (code === 454 && enhancedCode === "") return true;
  if (enhancedCode === "4.5.3") return phase !== "rcpt";
  return enhancedCode === "4.3.2" || enhancedCode.startsWith("4.7.");
}
