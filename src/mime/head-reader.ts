import { MessageError } from "./message-error.ts";

/** A header field as it is in a message. */
export interface RawField {
  /** In lower case. */
  readonly name: string;
  /** Name, colon and value, with its folds and without its last CRLF; octets as Latin-1. */
  readonly text: string;
}

/** The longest header that is accepted by default, so that memory is bounded. */
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
  readonly #most: number;

  /** @param most how many octets the header may have */
  constructor(most: number = maxHeader) {
    this.#most = most;
  }

  /**
   * Takes the next octets.
   *
   * @returns those that are of the body; `undefined` while the header has not ended.
   * @throws MessageError if the header has more octets than it may have: by default 16 MiB.
   */
  push(octets: Buffer): Buffer | undefined {
    if (this.#text !== undefined) return octets;
    const end = this.#endIn(octets);
    this.#size += end ?? octets.length;
    if (this.#size > this.#most)
      throw new MessageError(`the header has more than ${this.#most / 1024 / 1024} MiB`, { field: "header" });
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
    const fields = this.fieldsOfAnyKind();
    const wrong = fields.findIndex(({ name }) => name === "");
    if (wrong < 0) return fields;
    let line = 1;
    for (const { text } of fields.slice(0, wrong)) line += text.split("\r\n").length;
    throw noField(line);
  }

  /** Like {@link fields}, but lines that belong to no field are a field whose name is empty. */
  fieldsOfAnyKind(): RawField[] {
    const text = this.#text ?? this.#begun();
    const fields: RawField[] = [];
    let colon = -1;
    for (let start = 0; start < text.length && !text.startsWith("\r\n", start); ) {
      let end = lineEnd(text, start);
      while (isBlank(text.charCodeAt(end + 2))) end = lineEnd(text, end + 2);
      if (colon < start) colon = indexOfColon(text, start);
      fields.push({ name: nameIn(text, start, Math.min(colon, end)), text: text.slice(start, end) });
      start = end + 2;
    }
    return fields;
  }

  #begun(): string {
    return this.#head.length === 0 ? "" : Buffer.concat(this.#head).toString("latin1");
  }

  /** The index after the empty line that ends the header. */
  #endIn(octets: Buffer): number | undefined {
    const joint = (this.#last + octets.toString("latin1", 0, 3)).indexOf(emptyLine);
    if (joint >= 0) return joint + emptyLine.length - this.#last.length;
    const at = octets.indexOf(emptyLine);
    return at < 0 ? undefined : at + emptyLine.length;
  }
}

const emptyLine = "\r\n\r\n";
const fieldName = /^[!-9;-~]+$/;

/** The name that ends at the colon, in lower case; white space before the colon is obsolete syntax (RFC 5322 4.5). */
function nameIn(text: string, start: number, colon: number): string {
  let end = colon;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  const name = text.charCodeAt(colon) === 0x3a ? text.slice(start, end) : "";
  return fieldName.test(name) ? name.toLowerCase() : "";
}

/** The index of the first colon; if there is none, an index after the end, so that it is searched for only once. */
function indexOfColon(text: string, start: number): number {
  const colon = text.indexOf(":", start);
  return colon < 0 ? text.length : colon;
}

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
