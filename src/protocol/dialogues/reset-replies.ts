import type { Reply } from "../reply.ts";

/**
 * Tells by what a server says to RSET whether its replies are in step. Between two mails of a window there is always
 * one, and most servers begin it the same each time, and begin nothing else so: so a reply too many or too few does not
 * pass for the verdict on another mail.
 */
export class ResetReplies {
  readonly #first: string;
  /** Whether the second was as the first; unknown until it came. */
  #constant: boolean | undefined;

  /** `first` is a reply to RSET of which it is certain that it was one; the next to be asked about is too. */
  constructor(first: Reply) {
    this.#first = manner(first);
  }

  /** Whether this can be what the server says to RSET. */
  canBe(reply: Reply): boolean {
    if (reply.code !== 250) return false;
    const same = manner(reply) === this.#first;
    this.#constant ??= same;
    return same || !this.#constant;
  }
}

/** The codes and the first word: further words may count or tell the time. */
function manner({ code, enhancedCode, lines }: Reply): string {
  return `${code} ${enhancedCode} ${lines[0]?.split(" ", 1)[0]}`;
}
