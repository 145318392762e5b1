import { isAscii, isUtf8 } from "node:buffer";

import { always, type Body, base64Body, octetsBody, streamBody, textBody } from "./body.ts";
import type { Charset } from "./charset.ts";
import { type ContentType, parseContentType } from "./content-type.ts";
import { type EmbeddedMail, embeddedBody } from "./embedded.ts";
import { Header, headerName } from "./header.ts";
import { MessageError } from "./message-error.ts";
import { contentId, messageIdHeader } from "./message-id.ts";
import { type Parameters, parameterHeader } from "./parameters.ts";
import { type EncodedPart, type EncodingConstraint, type Part, type Way, wayOf } from "./part.ts";
import { textHeader } from "./unstructured.ts";

/** What a part says of itself beside its type. */
export interface PartOptions {
  /** Shown with the text, or listed as a file; without it the reader decides. */
  readonly disposition?: "inline" | "attachment";
  /** Parameters of the disposition, such as the file name. */
  readonly dispositionParameters?: Parameters;
  /** What a `cid:` URL in the HTML refers to, without angle brackets. */
  readonly contentId?: string;
  /** A line of text about the part (RFC 2045 section 8). */
  readonly description?: string;
  /** Further fields, such as Content-Language or Content-Location. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of a part of text. */
export interface TextOptions extends PartOptions {
  /** `text/plain` if not given. */
  readonly type?: string;
  /** UTF-8 if not given. */
  readonly charset?: Charset;
}

/**
 * A part with content of its own: text, octets or a stream; immutable. How it is encoded for the way is chosen from
 * what it holds.
 *
 * @example
 * ```ts
 * const body = MultiPart.alternative([SinglePart.plain("Hello"), SinglePart.html("<p>Hello</p>")]);
 * ```
 */
export class SinglePart implements Part {
  /** The media type, without parameters. */
  readonly type: string;
  readonly depth = 0;
  readonly #contentType: ContentType;
  readonly #options: PartOptions;
  readonly #headers: readonly Header[];
  readonly #body: Body;
  readonly #encoded: { [way in Way]?: EncodedPart } = {};

  private constructor(key: symbol, contentType: ContentType, body: Body, options: PartOptions) {
    if (key !== internal) throw new MessageError("use SinglePart.text, .bytes or .stream to make a part");
    this.type = contentType.essence;
    this.#contentType = contentType;
    this.#body = body;
    this.#options = options;
    this.#headers = contentHeaders(options);
  }

  /** Plain text. Line ends become CRLF. @throws MessageError if it holds half of a surrogate pair. */
  static plain(text: string): SinglePart {
    return SinglePart.text(text, { type: "text/plain" }, "text");
  }

  /** HTML. Line ends become CRLF. @throws MessageError if it holds half of a surrogate pair. */
  static html(html: string): SinglePart {
    return SinglePart.text(html, { type: "text/html" }, "html");
  }

  /**
   * Text of any type and charset.
   *
   * @param field what an error calls the text
   * @throws MessageError if the type is not one, or the charset lacks a character of the text.
   */
  static text(text: string, options: TextOptions = {}, field = "text"): SinglePart {
    const { type = "text/plain", charset } = options;
    const contentType = textType(type, charset?.name ?? "utf-8", field);
    return new SinglePart(internal, contentType, textBody(text, charset, field), options);
  }

  /**
   * Octets that arrive exactly as they are given. They are encoded here, so changing the array later changes nothing.
   *
   * @throws MessageError if the type is not one.
   */
  static bytes(bytes: Uint8Array, type = "application/octet-stream", options: PartOptions = {}): SinglePart {
    if (!(bytes instanceof Uint8Array))
      throw new MessageError("bytes: a Uint8Array is expected", { field: "bytes" });
    const contentType = typeOf(type);
    if (contentType.essence === "message/rfc822") return SinglePart.message(bytes, options);
    return new SinglePart(internal, withCharset(contentType, bytes), octetsBody(bytes), options);
  }

  /**
   * A whole mail inside a mail, `message/rfc822`. Octets that cannot travel unencoded go as `message/global`.
   *
   * @param mail octets, or a `Message`, which is embedded as {@link Message.bytes} gives it
   * @throws MessageError if it is neither.
   */
  static message(mail: Uint8Array | EmbeddedMail, options: PartOptions = {}): SinglePart {
    if (!(mail instanceof Uint8Array) && typeof mail?.content !== "function") {
      throw new MessageError("message: a Message or its octets are expected", { field: "message" });
    }
    const body = embeddedBody(mail);
    const { essence = "message/rfc822" } = body.encode("8bit");
    return new SinglePart(internal, { essence, parameters: new Map() }, body, options);
  }

  /**
   * A part that is read when it is sent.
   *
   * @param open gives the octets, afresh at each call
   * @throws MessageError if the type is not one.
   */
  static stream(
    open: () => AsyncIterable<Uint8Array>,
    type = "application/octet-stream",
    options: PartOptions = {},
  ): SinglePart {
    const contentType = typeOf(type);
    const essence = contentType.essence === "message/rfc822" ? "message/global" : contentType.essence;
    return new SinglePart(internal, { ...contentType, essence }, streamBody(open), options);
  }

  /** Whether `value` is a part of this kind; a look-alike, such as an object from JSON, is not. */
  static is(value: unknown): value is SinglePart {
    return typeof value === "object" && value !== null && #body in value;
  }

  /** The same content, said other things of; the encoded octets are shared. */
  with(options: PartOptions): SinglePart {
    return new SinglePart(internal, this.#contentType, this.#body, options);
  }

  /** The same with its octets read and encoded now, where that would be done each time it is sent. */
  async encoded(): Promise<SinglePart> {
    const { content, ...body } = this.#body.encode("7bit");
    if (typeof content !== "function") return this;
    const chunks: Buffer[] = [];
    for await (const chunk of content()) chunks.push(chunk);
    const read = { ...body, content: Buffer.concat(chunks) };
    const kept = body.encoding === "base64" ? base64Body(read) : always(read);
    return new SinglePart(internal, this.#contentType, kept, this.#options);
  }

  /** The part as it is sent; the answer is kept. */
  encode(constraint: EncodingConstraint): EncodedPart {
    const way = wayOf(constraint);
    this.#encoded[way] ??= this.#encode(way);
    return this.#encoded[way];
  }

  #encode(way: Way): EncodedPart {
    const { encoding, content, essence = this.type } = this.#body.encode(way);
    const type = parameterHeader("Content-Type", essence, this.#contentType.parameters);
    const header = Header.formatted(
      "Content-Transfer-Encoding",
      encoding,
      `Content-Transfer-Encoding: ${encoding}`,
    );
    const binary = encoding === "binary";
    const eightBit = binary || encoding === "8bit";
    return { headers: [type, ...this.#headers, header], body: [content], eightBit, binary };
  }
}

const internal: unique symbol = Symbol("SinglePart");

/** The two types of nearly all texts, read once. */
const usual = new Map(
  ["text/plain", "text/html"].map((essence): [string, ContentType] => [
    essence,
    { essence, parameters: new Map([["charset", "utf-8"]]) },
  ]),
);

/** The type of a text in a charset. */
function textType(type: string, charset: string, field: string): ContentType {
  const known = charset === "utf-8" ? usual.get(type) : undefined;
  if (known !== undefined) return known;
  const { essence, parameters } = typeOf(type);
  const stated = parameters.get("charset");
  // The fields of a report and the like are ASCII by definition (RFC 2046 section 5.2).
  if (essence.startsWith("message/") && stated === undefined) return { essence, parameters };
  if (stated === undefined || stated.toLowerCase() === charset) {
    return { essence, parameters: new Map([...parameters, ["charset", charset]]) };
  }
  throw new MessageError(
    `${field}: the charset ${stated} is given as { charset: await Charset.load("${stated}") }`,
    {
      field,
    },
  );
}

/** Reads the type of a single part: a multipart has parts and a boundary, which are not this one's. */
function typeOf(text: string): ContentType {
  const contentType = parseContentType(text, "type");
  if (!contentType.essence.startsWith("multipart/")) return contentType;
  throw new MessageError(`type: ${contentType.essence} is made with MultiPart`, {
    field: "type",
    position: 0,
  });
}

/** Text that is UTF-8 and not ASCII hardly is anything else, and unnamed it would be read as anything. */
function withCharset({ essence, parameters }: ContentType, bytes: Uint8Array): ContentType {
  const unnamed = essence.startsWith("text/") && !parameters.has("charset");
  if (!unnamed || isAscii(bytes) || !isUtf8(bytes)) return { essence, parameters };
  return { essence, parameters: new Map([...parameters, ["charset", "utf-8"]]) };
}

function contentHeaders(options: PartOptions): Header[] {
  const headers: Header[] = [];
  const { disposition, dispositionParameters = new Map<string, string>(), description } = options;
  if (disposition !== undefined) {
    headers.push(parameterHeader("Content-Disposition", disposition, dispositionParameters));
  }
  if (options.contentId !== undefined) {
    headers.push(messageIdHeader("Content-ID", [`<${contentId(options.contentId, "contentId")}>`]));
  }
  if (description !== undefined) headers.push(textHeader("Content-Description", description, "description"));
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (made.test(headerName(name))) {
      throw new MessageError(`${name}: not written by hand; it is an option, or made from the content`, {
        field: name,
      });
    }
    headers.push(textHeader(name, value));
  }
  return headers;
}

const made = /^(?:content-(?:type|transfer-encoding|disposition|id|description)|mime-version)$/i;
