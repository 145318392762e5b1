import { type EnvoiError, misconfigured } from "../errors.ts";

/** The parts of a {@link Reply}. */
export interface ReplyFields {
  /** Three digits, 200 to 599: some servers say 571, though RFC 5321 4.2 ends at 559. */
  readonly code: number;
  /** An RFC 3463 code such as `"5.1.1"`; its class equals the first digit of `code`. */
  readonly enhancedCode?: string | undefined;
  /** The text, line by line, without the codes. */
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
  /** The text, line by line, without the codes. */
  readonly lines: readonly string[];

  /** @throws EnvoiError of kind `"configuration"` if a client could not read it. */
  constructor(fields: ReplyFields) {
    const { code, enhancedCode, lines } = fields;
    this.code = code;
    this.enhancedCode = enhancedCode;
    // The reader has checked every octet, and keeps no reference to the lines.
    const isReceived = fields instanceof Received;
    this.lines = Object.freeze(isReceived ? fields.lines : typeof lines === "string" ? [lines] : [...lines]);
    if (isReceived) return;
    if (!Number.isInteger(code) || code < 200 || code > 599) throw refuse(`${code} is not a reply code`);
    if (enhancedCode !== undefined && enhancedClass(enhancedCode) !== Math.trunc(code / 100)) {
      throw refuse(`the enhanced code ${JSON.stringify(enhancedCode)} does not go with ${code}`);
    }
    for (const line of this.lines) {
      if (/[\0-\x08\x0a-\x1f\x7f-\x9f]/.test(line)) {
        throw refuse(`a line of the reply contains a control character: ${JSON.stringify(line)}`);
      }
    }
  }

  /** Makes a reply of its code, its enhanced code (or `undefined`) and its lines. */
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

  /** In one line: `550 5.1.1 No such user`. */
  toString(): string {
    return [this.code, this.enhancedCode, ...this.lines]
      .filter((part) => part !== undefined && part !== "")
      .join(" ");
  }
}

/** The text of a reply; every line has both codes (RFC 2034 4). */
export function formatReply({ code, enhancedCode, lines }: Reply): string {
  const prefix = enhancedCode === undefined ? "" : `${enhancedCode} `;
  const last = Math.max(lines.length - 1, 0);
  let text = "";
  for (let i = 0; i < last; i++) text += `${code}-${prefix}${lines[i]}\r\n`;
  return `${text}${code} ${prefix}${lines[last] ?? ""}\r\n`;
}

/** What the server sent is not a reply. */
export class ReplySyntaxError extends Error {
  // Servers repeat addresses in their replies, so this must not be printed with the error.
  readonly #before: readonly Reply[];
  readonly #heard: Reply | undefined;

  constructor(message: string, before: readonly Reply[] = [], heard?: Reply) {
    super(message);
    this.#before = before;
    this.#heard = heard;
  }

  /**
   * What the server did say: the lines before a line that does not belong to the reply; or, if lines have different
   * codes, the last of them, which is the server's verdict.
   */
  get heard(): Reply | undefined {
    return this.#heard;
  }

  /** The replies that were complete before in the same octets. */
  get before(): readonly Reply[] {
    return this.#before;
  }
}

/** The most octets of a reply, all lines together. */
export const MAX_REPLY_SIZE = 65_536;

/**
 * Reads replies, however their octets are split, in linear time and bounded memory.
 *
 * Lines may end in a bare LF, and text may be in any encoding: it is read as UTF-8, otherwise as Latin-1, and control
 * characters are shown as U+FFFD. Anything that is not a reply throws {@link ReplySyntaxError}; then the reader cannot
 * be used any more.
 */
export class ReplyReader {
  #partial = "";
  #code = 0;
  #lines: string[] = [];
  #size = 0;
  readonly #repeated: Map<string, Reply> = new Map();

  /** Whether no part of a further reply was read. */
  get empty(): boolean {
    return this.#partial === "" && this.#lines.length === 0;
  }

  /** The replies that are complete after `chunk`. */
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
      const isAlone = this.empty;
      this.#grow(end + 1 - start);
      const line = this.#partial + text.slice(start, end);
      this.#partial = "";
      start = end + 1;
      const known = isAlone ? this.#repeated.get(line) : undefined;
      const reply = known ?? this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
      if (reply === undefined) continue;
      if (known !== undefined) this.#size = 0;
      else if (isAlone) this.#remember(line, reply);
      replies.push(reply);
    }
    this.#grow(text.length - start);
    this.#partial += text.slice(start);
  }

  /** Most replies of a server are one of a few lines. They become one object, which nobody can change. */
  #remember(line: string, reply: Reply): void {
    if (line.length > LONGEST_REPEATED) return;
    if (this.#repeated.size === MOST_REPEATED) this.#repeated.clear();
    this.#repeated.set(line, Object.freeze(reply));
  }

  #grow(octets: number): void {
    this.#size += octets;
    if (this.#size > MAX_REPLY_SIZE)
      throw new ReplySyntaxError(`the reply has more than ${MAX_REPLY_SIZE} octets`);
  }

  #line(line: string): Reply | undefined {
    const code = codeOf(line);
    const separator = line.charCodeAt(3);
    if (code === undefined || !(line.length === 3 || separator === SPACE || separator === HYPHEN)) {
      throw this.#stray(JSON.stringify(readable(line.slice(0, 80))));
    }
    if (this.#lines.length > 0 && code !== this.#code) {
      const last = received(code, [readable(line.slice(4))]);
      const words = `the lines of one reply have the codes ${this.#code} and ${code}: ${told(last)}`;
      throw new ReplySyntaxError(words, [], separator === HYPHEN ? undefined : last);
    }
    const text = readable(line.slice(4));
    if (separator === HYPHEN) {
      this.#code = code;
      this.#lines.push(text);
      return undefined;
    }
    this.#size = 0;
    if (this.#lines.length === 0) return received(code, [text]);
    const lines = this.#lines;
    lines.push(text);
    this.#lines = [];
    return received(code, lines);
  }

  /** The error for a line that is not part of a reply. */
  #stray(line: string): ReplySyntaxError {
    if (this.#lines.length === 0) return new ReplySyntaxError(`not a reply: ${line}`);
    const heard = received(this.#code, [...this.#lines]);
    return new ReplySyntaxError(
      `the reply ${told(heard)} contains a line that does not belong to it: ${line}`,
      [],
      heard,
    );
  }
}

/** How many lines a reader remembers, and of what length at most: their memory is that of the octets they came in. */
const MOST_REPEATED = 8;
const LONGEST_REPEATED = 100;

/** A reply as error messages quote it. */
function told(reply: Reply): string {
  const text = String(reply);
  return text.length <= QUOTED ? text : `${text.slice(0, QUOTED)}...`;
}

const QUOTED = 300;

const SPACE = 0x20;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const TWO = 0x32;
const FOUR = 0x34;
const FIVE = 0x35;
const NINE = 0x39;

/** The parts of a reply that was read. Its lines are text. */
class Received implements ReplyFields {
  readonly code: number;
  readonly enhancedCode: string | undefined;
  readonly lines: readonly string[];

  constructor(code: number, enhancedCode: string | undefined, lines: readonly string[]) {
    this.code = code;
    this.enhancedCode = enhancedCode;
    this.lines = lines;
  }
}

/** Makes a reply of lines that still have the enhanced code, which it takes away. */
function received(code: number, lines: string[]): Reply {
  const first = lines[0] ?? "";
  const length = enhancedLength(first);
  if (length === 0 || first.charCodeAt(0) - ZERO !== Math.trunc(code / 100))
    return new Reply(new Received(code, undefined, lines));
  const enhancedCode = first.slice(0, length);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const isBehind = line.length === length || line.charCodeAt(length) === SPACE;
    if (isBehind && line.startsWith(enhancedCode)) lines[at] = line.slice(length + 1);
  }
  return new Reply(new Received(code, enhancedCode, lines));
}

/** The three digits at the start of a reply, 200 to 599. */
function codeOf(line: string): number | undefined {
  const hundreds = line.charCodeAt(0) - ZERO;
  if (!(hundreds >= 2 && hundreds <= 5 && isDigit(line.charCodeAt(1)) && isDigit(line.charCodeAt(2))))
    return undefined;
  return hundreds * 100 + (line.charCodeAt(1) - ZERO) * 10 + line.charCodeAt(2) - ZERO;
}

/** The length of the enhanced code in a line such as `5.1.1 No such user`; 0 if there is none. */
function enhancedLength(line: string): number {
  const digit = line.charCodeAt(0);
  if ((digit !== TWO && digit !== FOUR && digit !== FIVE) || line.charCodeAt(1) !== DOT) return 0;
  const subject = digitsFrom(line, 2);
  if (subject === 2 || line.charCodeAt(subject) !== DOT) return 0;
  const detail = digitsFrom(line, subject + 1);
  const ends = detail === line.length || line.charCodeAt(detail) === SPACE;
  return detail > subject + 1 && ends ? detail : 0;
}

/** The end of up to three digits. */
function digitsFrom(line: string, from: number): number {
  let at = from;
  while (at < from + 3 && isDigit(line.charCodeAt(at))) at++;
  return at;
}

function isDigit(character: number): boolean {
  return character >= ZERO && character <= NINE;
}

function enhancedClass(code: string): number {
  return /^[245]\.\d{1,3}\.\d{1,3}$/.test(code) ? Number(code[0]) : Number.NaN;
}

function readable(latin1: string): string {
  if (isPrintable(latin1)) return latin1;
  let text = latin1;
  if (/[\x80-\xff]/.test(latin1)) {
    const utf8 = Buffer.from(latin1, "latin1").toString("utf8");
    if (!utf8.includes("\ufffd")) text = utf8;
  }
  return text.replace(/[\0-\x08\x0a-\x1f\x7f-\x9f]/g, "\ufffd");
}

/** Whether a text is only printable ASCII, like nearly every line. */
function isPrintable(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character < SPACE || character > TILDE) return false;
  }
  return true;
}

const TILDE = 0x7e;

function refuse(reason: string): EnvoiError {
  return misconfigured(`Reply: ${reason}`);
}
