import type { Reply } from "../reply.ts";
import { ResetReplies } from "./reset-replies.ts";

/** What was sent and not answered. */
export interface Unanswered {
  readonly mails: number;
  readonly octets: number;
}

/**
 * Limits how much may be unanswered on a connection. A window begins with one mail, and doubles when as many mails as
 * it holds were answered without a refusal. A refusal sets it to one again and shuts it until everything is answered,
 * because servers slow down and close after a number of errors.
 */
export class Window {
  readonly #most: () => number;
  /** Recognises whether the replies on this connection are in step. */
  readonly resets: ResetReplies;
  #size = 1;
  #clean = 0;
  #shut = false;

  /** `most` returns how many mails the window may hold now; `reset` is the server's reply to RSET. */
  constructor(most: () => number, reset: Reply) {
    this.resets = new ResetReplies(reset);
    this.#most = most;
  }

  /** How many mails it holds. */
  get size(): number {
    return this.#size;
  }

  /** Whether one more mail may be sent, if it is small. */
  isOpen({ mails }: Unanswered): boolean {
    return !this.#shut && mails < Math.min(this.#size, this.#most());
  }

  /** Whether a mail of `octets` octets may be sent. A lone mail may be of any size. */
  admits(octets: number, unanswered: Unanswered): boolean {
    return this.isOpen(unanswered) && (unanswered.mails === 0 || unanswered.octets + octets <= MOST_OCTETS);
  }

  /** Records that a mail was answered without a refusal. */
  passed(): void {
    if (this.#shut || ++this.#clean < this.#size) return;
    this.#size = Math.min(this.#size * 2, this.#most());
    this.#clean = 0;
  }

  /** Records a refusal. */
  refused(): void {
    this.#size = 1;
    this.#clean = 0;
    this.#shut = true;
  }

  /** Records that everything is answered. */
  answered(): void {
    this.#shut = false;
  }
}

/** How many octets may be unanswered. A larger mail is sent alone. */
export const MOST_OCTETS = 262_144;
