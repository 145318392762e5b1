import type { Reply } from "../reply.ts";
import { ResetReplies } from "./reset-replies.ts";

/** What has been said and not been answered. */
export interface Unanswered {
  readonly mails: number;
  readonly octets: number;
}

/**
 * How much may be unanswered on a connection in a window. It begins with one mail, and doubles whenever as many as it
 * held were answered without a refusal. A refusal makes it one again, and shuts it until all is answered: servers slow
 * down, and close, after a number of errors.
 */
export class Window {
  readonly #most: () => number;
  /** What tells whether the replies on this connection are in step. */
  readonly resets: ResetReplies;
  #size = 1;
  #clean = 0;
  #shut = false;

  /** `most` tells how many mails it may hold at most, at this moment; `reset` is what the server said to RSET. */
  constructor(most: () => number, reset: Reply) {
    this.resets = new ResetReplies(reset);
    this.#most = most;
  }

  /** How many mails it holds. */
  get size(): number {
    return this.#size;
  }

  /** Whether a mail more may be said, were it small. */
  isOpen({ mails }: Unanswered): boolean {
    return !this.#shut && mails < Math.min(this.#size, this.#most());
  }

  /** Whether a mail of so many octets may be said; alone it may, however large. */
  admits(octets: number, unanswered: Unanswered): boolean {
    return this.isOpen(unanswered) && (unanswered.mails === 0 || unanswered.octets + octets <= MOST_OCTETS);
  }

  /** A mail was answered, and nothing of it refused. */
  passed(): void {
    if (this.#shut || ++this.#clean < this.#size) return;
    this.#size = Math.min(this.#size * 2, this.#most());
    this.#clean = 0;
  }

  /** Something was refused. */
  refused(): void {
    this.#size = 1;
    this.#clean = 0;
    this.#shut = true;
  }

  /** All has been answered. */
  answered(): void {
    this.#shut = false;
  }
}

/** So many octets may be unanswered; a mail with more shares a window with no other. */
export const MOST_OCTETS = 262_144;
