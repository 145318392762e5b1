import { isAsciiText, maxLineOctets, toLines } from "../text/lines.ts";
import { MessageError } from "./message-error.ts";

/**
 * Prepares the octets of a message that was built elsewhere for DATA: if all lines end in LF, they get CRLF. Mixed line
 * ends, bare CR, NUL and lines above 998 octets are refused with the number of the line.
 *
 * It gets pieces, and returns for each the whole lines that it completes; `end` returns the rest. The first line
 * decides which line end the message has.
 */
export class RawMessageReader {
  #rest = "";
  #line = 1;
  #newline: "\n" | "\r\n" | undefined;
  #inHeader = true;
  #eightBitHeader = false;
  #eightBit = false;
  #headerSize = 0;

  /** Whether an octet above 127 has come, anywhere. */
  get eightBit(): boolean {
    return this.#eightBit;
  }

  /** Whether an octet above 127 has come in the header: the mail needs SMTPUTF8 (RFC 6532). */
  get eightBitHeader(): boolean {
    return this.#eightBitHeader;
  }

  /** Whether the header may continue: neither an empty line nor another line that belongs to no field has come. */
  get inHeader(): boolean {
    return this.#inHeader;
  }

  /** @throws MessageError naming the line. */
  push(piece: Uint8Array): Buffer {
    return Buffer.from(this.pushed(piece), "latin1");
  }

  /** @throws MessageError naming the line. */
  end(): Buffer {
    return Buffer.from(this.ended(), "latin1");
  }

  /** What `push` returns, a character for each octet. @throws MessageError naming the line. */
  pushed(piece: Uint8Array): string {
    const text =
      this.#rest + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1");
    const end = text.lastIndexOf("\n") + 1;
    this.#rest = text.slice(end);
    if (this.#rest.length > maxLineOctets + 1)
      throw this.#refusal(this.#rest, this.#line + countLines(text, end));
    return this.#lines(text.slice(0, end));
  }

  /** What `end` returns, a character for each octet. @throws MessageError naming the line. */
  ended(): string {
    return this.#lines(this.#rest);
  }

  #lines(given: string): string {
    if (given === "") return given;
    this.#newline ??= /\r?\n/.exec(given)?.[0] as "\n" | "\r\n" | undefined;
    const { text, whole, count } = toLines(given);
    const mixed = this.#newline === "\n" ? given.includes("\r") : text !== given;
    if (mixed || !whole) throw this.#refusal(given, this.#line);
    this.#line += count;
    this.#notice(text);
    return text;
  }

  #notice(lines: string): void {
    if (!isAsciiText(lines)) this.#eightBit = true;
    if (!this.#inHeader) return;
    const end = behindHeader.exec(lines);
    this.#inHeader = end === null;
    const header = end === null ? lines : lines.slice(0, end.index);
    this.#headerSize += header.length;
    if (this.#headerSize > maxHeader)
      throw new MessageError("raw message: the header has more than 16 MiB", { field: "content" });
    if (!isAsciiText(header)) this.#eightBitHeader = true;
  }

  #refusal(text: string, first: number): MessageError {
    const newline = this.#newline ?? "\r\n";
    const lines = text.split(newline);
    const at = lines.findIndex((line) => /[\0\r\n]/.test(line) || line.length > maxLineOctets);
    const line = lines[Math.max(at, 0)] ?? "";
    const what = line.includes("\0")
      ? "holds NUL"
      : line.length > maxLineOctets
        ? `has more than ${maxLineOctets} octets`
        : /\r(?!\n)/.test(line)
          ? "holds a bare CR"
          : "ends in LF where lines before end in CRLF";
    const number = first + Math.max(at, 0);
    return new MessageError(`raw message: line ${number} ${what}`, { field: "content", position: number });
  }
}

/** The header ends at a line that is neither a field nor a continuation of one, whether it is empty or not. */
const behindHeader = /(?:^|\n)(?![!-9;-~]+[ \t]*:|[ \t]|$)/;

/** More than this is not a header, and the header of a stream is kept until it is whole. */
const maxHeader = 16 * 1024 * 1024;

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
