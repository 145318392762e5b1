import { decodeWords } from "../../mime/reading/encoded-words.ts";
import type { Entity } from "../../mime/reading/entity.ts";
import { firstValue } from "../../mime/reading/head.ts";
import { parameter } from "../../mime/reading/structured-value.ts";
import { decodeBody } from "../../mime/reading/transfer-encoding.ts";
import type { TextDecoding } from "../../text/charsets/web-charset.ts";

/** A part of a mail, or the mail itself. */
export class Part {
  /**
   * Its place, as mailpit numbers parts: the mail is `"0"`, its parts are `"1"`, `"2"`; the parts of the second are
   * `"2.1"`, `"2.2"`, and the second itself is `"2.0"`.
   */
  readonly id: string;
  readonly parts: readonly Part[];
  readonly #entity: Entity;
  readonly #decode: TextDecoding;
  #content: Buffer | undefined;

  /** @param place the number of the part; empty for the mail. */
  constructor(entity: Entity, decode: TextDecoding, place = "") {
    this.#entity = entity;
    this.#decode = decode;
    this.parts = entity.parts.map(
      (part, index) => new Part(part, decode, `${place && `${place}.`}${index + 1}`),
    );
    this.id = this.isMultipart && place !== "" ? `${place}.0` : place || "0";
  }

  /** The media type, in lower case. */
  get type(): string {
    return this.#entity.type.value;
  }

  get isMultipart(): boolean {
    return this.type.startsWith("multipart/");
  }

  /** `"attachment"`, `"inline"`, another word, or `""`. */
  get disposition(): string {
    return this.#entity.disposition.value;
  }

  /** Decoded; empty if the part has none. */
  get fileName(): string {
    const { disposition, type } = this.#entity;
    const name =
      parameter(disposition, "filename", this.#decode) ??
      parameter(type, "name", this.#decode) ??
      parameter(type, "file", this.#decode);
    return decodeWords(name ?? "", this.#decode);
  }

  /** Without angle brackets and percent-encoding (RFC 2392); empty if the part has none. */
  get contentId(): string {
    const id = (firstValue(this.#entity.fields, "content-id") ?? "").trim().replace(/^<+|>+$/g, "");
    try {
      return decodeURIComponent(id.replaceAll("+", " "));
    } catch {
      return id;
    }
  }

  /** The content without its transfer encoding; text in UTF-8. Do not change it. */
  get content(): Buffer {
    this.#content ??= this.#decoded();
    return this.#content;
  }

  /** The content as text. Line ends stay as they are. */
  get text(): string {
    const { body, encoding, type } = this.#entity;
    return this.#decode(decodeBody(body, encoding), type.parameters.get("charset"));
  }

  #decoded(): Buffer {
    const { body, encoding, type } = this.#entity;
    const octets = decodeBody(body, encoding);
    if (!this.type.startsWith("text/")) return octets;
    const charset = type.parameters.get("charset");
    return charset === undefined || UNCHANGED.test(charset)
      ? octets
      : Buffer.from(this.#decode(octets, charset));
  }
}

/** Charsets whose octets are UTF-8 already. */
const UNCHANGED = /^(?:utf-?8|us-ascii|ascii)$/i;

/** All parts below a part, and itself; each before its own parts. */
export function depthFirst(root: Part): Part[] {
  const found: Part[] = [];
  const visit = (part: Part): void => {
    found.push(part);
    for (const each of part.parts) visit(each);
  };
  visit(root);
  return found;
}

/** All parts below a part, and itself; those of one level before those of the next. */
export function breadthFirst(root: Part): Part[] {
  const found = [root];
  // The list grows while it is walked.
  for (const part of found) for (const each of part.parts) found.push(each);
  return found;
}
