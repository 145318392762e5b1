import { MessageError } from "../../mime/message-error.ts";
import { isInNameOf } from "./authserv-id.ts";
import { HeadEnd } from "./head-end.ts";

/** The longest header of a stream that is kept to be looked through. */
const longestHeader = 16 * 1024 * 1024;

/** A field on top of messages in the name of a server, and the removal of what others wrote in its name. */
export class Stamp {
  readonly #field: string;
  readonly #authservId: string;

  /** @param field the whole field, with CRLF at its end */
  constructor(field: string, authservId: string) {
    this.#field = field;
    this.#authservId = authservId;
  }

  /** The message with the field on top. */
  bytes(message: Uint8Array): Buffer {
    const octets = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    const scanner = new HeadEnd();
    const end = scanner.push(octets) ?? octets.length;
    return Buffer.concat([this.#stamped(octets.subarray(0, end), scanner.areLf), octets.subarray(end)]);
  }

  /**
   * The same for a stream, of which only the header is kept.
   *
   * @throws MessageError if the header has more than 16 MiB.
   */
  async *stream(message: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
    const scanner = new HeadEnd();
    let head: Buffer[] | undefined = [];
    let size = 0;
    for await (const chunk of message) {
      const octets = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      if (head === undefined) {
        yield octets;
        continue;
      }
      const end = scanner.push(octets);
      // A copy, because the source may use its memory again.
      head.push(Buffer.from(octets.subarray(0, end)));
      size += end ?? octets.length;
      if (size > longestHeader)
        throw new MessageError("the header has more than 16 MiB", { field: "header" });
      if (end === undefined) continue;
      yield this.#stamped(Buffer.concat(head), scanner.areLf);
      head = undefined;
      if (end < octets.length) yield octets.subarray(end);
    }
    if (head !== undefined) yield this.#stamped(Buffer.concat(head), scanner.areLf);
  }

  #stamped(head: Buffer, lf: boolean): Buffer {
    const field = lf ? this.#field.replaceAll("\r\n", "\n") : this.#field;
    const kept = withoutForeign(head, this.#authservId, lf ? "\n" : "\r\n");
    // Lines that would go on with a field, at the top of a message, must not go on with ours.
    const stray = kept[0] === SP || kept[0] === TAB ? `${strayField}:${lf ? "\n" : "\r\n"}` : "";
    return Buffer.concat([Buffer.from(field + stray), kept]);
  }
}

const SP = 0x20;
const TAB = 0x09;

/** The name of what stands in the place of a field, and of lines on top of a message that belong to no field. */
const strayField = "X-Stray-Lines";

/**
 * The header without the Authentication-Results fields in the name of a server (RFC 8601 section 5). Every line break
 * may begin a field, because a reader may take it for one.
 */
function withoutForeign(head: Buffer, authservId: string, lineEnd: string): Buffer {
  const text = head.toString("latin1");
  let kept = "";
  let from = 0;
  for (const match of text.matchAll(resultsField)) {
    const start = match.index;
    const [field] = match;
    if (start > 0 && !/[\r\n]/.test(text.charAt(start - 1))) continue;
    if (!isInNameOf(field.slice(field.indexOf(":") + 1), authservId)) continue;
    const whole = (start === 0 || text.endsWith(lineEnd, start)) && field.endsWith(lineEnd);
    // What is only a part of a line is replaced: without it, the line might be empty, and end the header.
    const breakBehind = /(?:\r\n|[\r\n])?$/.exec(field)?.[0] ?? "";
    kept += text.slice(from, start) + (whole ? "" : `${strayField}:${breakBehind}`);
    from = start + field.length;
  }
  return from === 0 ? head : Buffer.from(kept + text.slice(from), "latin1");
}

/** A field with the line breaks that fold it, and the one at its end. */
const resultsField: RegExp =
  /authentication-results[ \t]*:[^\r\n]*(?:(?:\r\n|[\r\n])[ \t][^\r\n]*)*(?:\r\n|[\r\n])?/gi;
