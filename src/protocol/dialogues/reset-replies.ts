import type { Reply } from "../reply.ts";

/**
 * Recognises the replies to RSET, which show that the replies are in step. There is always one between two mails of a
 * window. Most servers always begin it alike, and begin no other reply like it. So after one reply too many or too few,
 * no reply is taken for the outcome of another mail.
 */
export class ResetReplies {
  readonly #first: string;
  /** Whether the second began like the first; `undefined` until it came. */
  #constant: boolean | undefined;

  /** `first` must be a reply to RSET, and so must be the first one that `canBe` gets. */
  constructor(first: Reply) {
    this.#first = manner(first);
  }

  /** Whether a reply can be an answer to RSET. */
  canBe(reply: Reply): boolean {
    if (reply.code !== 250) return false;
    const same = manner(reply) === this.#first;
    this.#constant ??= same;
    return same || !this.#constant;
  }
}

/** The codes and the first word: further words may contain a count or the time. */
function manner({ code, enhancedCode, lines }: Reply): string {
  return `${code} ${enhancedCode} ${lines[0]?.split(" ", 1)[0]}`;
}
