import { MessageError } from "./message-error.ts";

/** A header field as it is in a message. */
export interface RawField {
  /** In lower case. */
  readonly name: string;
  /** Name, colon and value, with its folds and without its last CRLF; octets as Latin-1. */
  readonly text: string;
}

/** The longest header that is accepted, so that memory is bounded. */
const maxHeader = 16 * 1024 * 1024;

/**
 * Parts the header of a message from its body, as octets come in pieces of any size. The header is read by its lines
 * and nothing in it is changed; lines end in CRLF.
 */
export class HeadReader {
  #head: Buffer[] = [];
  #size = 0;
  /** The last three octets so far, because the end may come in pieces. A header that is empty ends at once. */
  #last = "\r\n";
  #text: string | undefined;

  /**
   * Takes the next octets.
   *
   * @returns those that are of the body; `undefined` while the header has not ended.
   * @throws MessageError if the header has more than 16 MiB.
   */
  push(octets: Buffer): Buffer | undefined {
    if (this.#text !== undefined) return octets;
    const end = this.#endIn(octets);
    this.#size += end ?? octets.length;
    if (this.#size > maxHeader)
      throw new MessageError("the header has more than 16 MiB", { field: "header" });
    if (end === undefined) {
      // A copy, because the source may reuse its memory.
      this.#head.push(Buffer.from(octets));
      this.#last = (this.#last + octets.toString("latin1", Math.max(0, octets.length - 3))).slice(-3);
      return undefined;
    }
    this.#text = this.#begun() + octets.toString("latin1", 0, end);
    this.#head = [];
    return octets.subarray(end);
  }

  /**
   * The fields, from top to bottom; asked for when all octets have come.
   *
   * @throws MessageError naming the line that belongs to no field.
   */
  fields(): RawField[] {
    const text = this.#text ?? this.#begun();
    const fields: RawField[] = [];
    let line = 1;
    for (let start = 0; start < text.length && !text.startsWith("\r\n", start); ) {
      let end = lineEnd(text, start);
      let lines = 1;
      for (; isBlank(text.charCodeAt(end + 2)); lines++) end = lineEnd(text, end + 2);
      const colon = text.indexOf(":", start);
      const name = colon < 0 || colon > end ? "" : text.slice(start, colon).trimEnd();
      if (!fieldName.test(name)) throw noField(line);
      fields.push({ name: name.toLowerCase(), text: text.slice(start, end) });
      line += lines;
      start = end + 2;
    }
    return fields;
  }

  #begun(): string {
    return this.#head.length === 0 ? "" : Buffer.concat(this.#head).toString("latin1");
  }

  /** The index behind the empty line that ends the header. */
  #endIn(octets: Buffer): number | undefined {
    const joint = (this.#last + octets.toString("latin1", 0, 3)).indexOf(emptyLine);
    if (joint >= 0) return joint + emptyLine.length - this.#last.length;
    const at = octets.indexOf(emptyLine);
    return at < 0 ? undefined : at + emptyLine.length;
  }
}

const emptyLine = "\r\n\r\n";
const fieldName = /^[!-9;-~]+$/;

function lineEnd(text: string, start: number): number {
  const end = text.indexOf("\r\n", start);
  return end < 0 ? text.length : end;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function noField(line: number): MessageError {
  return new MessageError(`header: expected a field in line ${line}`, { field: "header", position: line });
}
