import { type EnvoiError, misconfigured } from "../errors.ts";

/** What a {@link Reply} is made of. */
export interface ReplyFields {
  /** Three digits, 200 to 599: some servers say 571, though RFC 5321 4.2 ends at 559. */
  readonly code: number;
  /** An RFC 3463 code such as `"5.1.1"`; its class equals the first digit of `code`. */
  readonly enhancedCode?: string | undefined;
  /** The text, line by line, without codes. */
  readonly lines: string | readonly string[];
}

/**
 * A reply of an SMTP server (RFC 5321 4.2, RFC 2034): what the client received, and what a hook of the server
 * returns or throws to refuse.
 *
 * @throws EnvoiError of kind `"configuration"` for a code out of range, an enhanced code of another class, or text
 * with a control character.
 *
 * @example
 * ```ts
 * const full = new Reply({ code: 452, enhancedCode: "4.2.2", lines: "The mailbox is full" });
 * const same = Reply.of(452, "4.2.2", "The mailbox is full");
 * ```
 */
export class Reply {
  /** Three digits. */
  readonly code: number;
  /** Such as `"5.1.1"` (RFC 3463). */
  readonly enhancedCode: string | undefined;
  /** The text, line by line, without codes. */
  readonly lines: readonly string[];

  /** @throws EnvoiError of kind `"configuration"` where a client could not read it. */
  constructor({ code, enhancedCode, lines }: ReplyFields) {
    this.code = code;
    this.enhancedCode = enhancedCode;
    this.lines = Object.freeze(typeof lines === "string" ? [lines] : [...lines]);
    if (!Number.isInteger(code) || code < 200 || code > 599) throw refuse(`${code} is not a reply code`);
    if (enhancedCode !== undefined && enhancedClass(enhancedCode) !== Math.trunc(code / 100)) {
      throw refuse(`the enhanced code ${JSON.stringify(enhancedCode)} does not go with ${code}`);
    }
    for (const line of this.lines) {
      if (/[\0-\x08\x0a-\x1f\x7f-\x9f]/.test(line)) {
        throw refuse(`a line of the reply holds a control character: ${JSON.stringify(line)}`);
      }
    }
  }

  /** A reply from its code, its enhanced code (or `undefined`) and its lines. */
  static of(code: number, enhancedCode: string | undefined, ...lines: string[]): Reply {
    return new Reply({ code, enhancedCode, lines });
  }

  /** 2xx: done. */
  get positive(): boolean {
    return this.code < 300;
  }

  /** 3xx: go on. */
  get intermediate(): boolean {
    return this.code >= 300 && this.code < 400;
  }

  /** 4xx: not now. */
  get transient(): boolean {
    return this.code >= 400 && this.code < 500;
  }

  /** 5xx: no. */
  get permanent(): boolean {
    return this.code >= 500;
  }

  /** On one line, for people: `550 5.1.1 No such user`. */
  toString(): string {
    return [this.code, this.enhancedCode, ...this.lines]
      .filter((part) => part !== undefined && part !== "")
      .join(" ");
  }
}

/** The octets of a reply; every line carries both codes (RFC 2034 4). */
export function formatReply({ code, enhancedCode, lines }: Reply): string {
  const prefix = enhancedCode === undefined ? "" : `${enhancedCode} `;
  const last = Math.max(lines.length - 1, 0);
  let text = "";
  for (let i = 0; i < last; i++) text += `${code}-${prefix}${lines[i]}\r\n`;
  return `${text}${code} ${prefix}${lines[last] ?? ""}\r\n`;
}

/** What the peer sent is no reply. */
export class ReplySyntaxError extends Error {
  // Servers repeat addresses in their replies: what prints an error does not see them.
  readonly #before: readonly Reply[];
  readonly #heard: Reply | undefined;

  constructor(message: string, before: readonly Reply[] = [], heard?: Reply) {
    super(message);
    this.#before = before;
    this.#heard = heard;
  }

  /**
   * What the server did say: of a reply with a stray line, the lines before; of one whose lines have several codes, the
   * last of them, which is the server's verdict.
   */
  get heard(): Reply | undefined {
    return this.#heard;
  }

  /** The replies that the same octets had completed before. */
  get before(): readonly Reply[] {
    return this.#before;
  }
}

/** A reply, all its lines together, may have this many octets. */
export const MAX_REPLY_SIZE = 65_536;

/**
 * Reads replies out of octets in whatever pieces they arrive, in linear time and bounded memory.
 *
 * Lines may end in a bare LF, and text may be in any encoding: it is read as UTF-8, else as Latin-1, and control
 * characters are shown as U+FFFD. Whatever is not a reply throws {@link ReplySyntaxError}, for good.
 */
export class ReplyReader {
  #partial = "";
  #code = 0;
  #lines: string[] = [];
  #size = 0;

  /** Whether nothing of a further reply has been read. */
  get empty(): boolean {
    return this.#partial === "" && this.#lines.length === 0;
  }

  /** The replies that `chunk` completes. */
  push(chunk: Buffer): Reply[] {
    const replies: Reply[] = [];
    try {
      this.#read(chunk.toString("latin1"), replies);
    } catch (error) {
      throw error instanceof ReplySyntaxError
        ? new ReplySyntaxError(error.message, replies, error.heard)
        : error;
    }
    return replies;
  }

  #read(text: string, replies: Reply[]): void {
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      this.#grow(end + 1 - start);
      const line = this.#partial + text.slice(start, end);
      this.#partial = "";
      start = end + 1;
      const reply = this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (reply !== undefined) replies.push(reply);
    }
    this.#grow(text.length - start);
    this.#partial += text.slice(start);
  }

  #grow(octets: number): void {
    this.#size += octets;
    if (this.#size > MAX_REPLY_SIZE)
      throw new ReplySyntaxError(`the reply has more than ${MAX_REPLY_SIZE} octets`);
  }

  #line(line: string): Reply | undefined {
    const separator = line.charCodeAt(3);
    if (
      !/^[2-5]\d\d/.test(line) ||
      !(Number.isNaN(separator) || separator === SPACE || separator === HYPHEN)
    ) {
      throw this.#stray(JSON.stringify(readable(line.slice(0, 80))));
    }
    const code = Number(line.slice(0, 3));
    if (this.#lines.length > 0 && code !== this.#code) {
      const last = received(code, [readable(line.slice(4))]);
      const words = `the lines of one reply have the codes ${this.#code} and ${code}: ${told(last)}`;
      throw new ReplySyntaxError(words, [], separator === HYPHEN ? undefined : last);
    }
    this.#code = code;
    this.#lines.push(readable(line.slice(4)));
    if (separator === HYPHEN) return undefined;
    const lines = this.#lines;
    this.#lines = [];
    this.#size = 0;
    return received(code, lines);
  }

  /** A line that is none of a reply: alone, or amid one. */
  #stray(line: string): ReplySyntaxError {
    if (this.#lines.length === 0) return new ReplySyntaxError(`not a reply: ${line}`);
    const heard = received(this.#code, this.#lines);
    return new ReplySyntaxError(`a line amid the reply ${told(heard)} is none of it: ${line}`, [], heard);
  }
}

/** As an error message quotes it. */
function told(reply: Reply): string {
  const text = String(reply);
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED)}...`;
}

const QUOTED = 300;

const SPACE = 0x20;
const HYPHEN = 0x2d;

/** A reply whose lines still carry the enhanced code. */
function received(code: number, lines: readonly string[]): Reply {
  const match = /^[245]\.\d{1,3}\.\d{1,3}(?= |$)/.exec(lines[0] ?? "");
  const enhancedCode = match?.[0];
  if (enhancedCode === undefined || enhancedClass(enhancedCode) !== Math.trunc(code / 100)) {
    return new Reply({ code, lines });
  }
  const bare = (line: string) =>
    `${line} `.startsWith(`${enhancedCode} `) ? line.slice(enhancedCode.length + 1) : line;
  return new Reply({ code, enhancedCode, lines: lines.map(bare) });
}

function enhancedClass(code: string): number {
  return /^[245]\.\d{1,3}\.\d{1,3}$/.test(code) ? Number(code[0]) : Number.NaN;
}

function readable(latin1: string): string {
  let text = latin1;
  if (/[\x80-\xff]/.test(latin1)) {
    const utf8 = Buffer.from(latin1, "latin1").toString("utf8");
    if (!utf8.includes("\ufffd")) text = utf8;
  }
  return text.replace(/[\0-\x08\x0a-\x1f\x7f-\x9f]/g, "\ufffd");
}

function refuse(reason: string): EnvoiError {
  return misconfigured(`Reply: ${reason}`);
}
