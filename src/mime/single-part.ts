import { isAscii, isUtf8 } from "node:buffer";
import type { NamesOf } from "../text/options/known-names.ts";

import { type Body, octetsBody, streamBody, textBody } from "./body-encoding.ts";
import { isMethod, statedMethods } from "./calendar-method.ts";
import type { Charset } from "./charset.ts";
import { charsetName, encodeAs, isCharset } from "./charset-encoding.ts";
import { type ContentType, parseContentType } from "./content-type.ts";
import { type EmbeddedMail, embeddedBody, lookedAtBody } from "./embedded.ts";
import { flowOf } from "./flowed.ts";
import type { Header } from "./header.ts";
import { refuseUnknown } from "./known-fields.ts";
import { MessageError, wrongField } from "./message-error.ts";
import { parameterHeader } from "./parameters.ts";
import { type EncodedPart, type EncodingConstraint, headText, type Part, type Way, wayOf } from "./part.ts";
import { noOptions, type PartFields, type PartOptions, partFields, partOptionNames } from "./part-options.ts";
import { transferEncodingHeader } from "./transfer-encoding-header.ts";
import { isUnencoded, unencodedBody, unencodedStream } from "./unencoded.ts";

/** Options of a part of text. */
export interface TextOptions extends PartOptions {
  /** The media type; by default `text/plain`. */
  readonly type?: string;
  /** The charset; by default UTF-8. */
  readonly charset?: Charset;
}

/**
 * A part with text, bytes or a stream as its content; immutable. Its transfer encoding is chosen by its content and by
 * what the server offers.
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
  /** The id to which a `cid:` URL refers, if there is one. */
  readonly contentId: string | undefined;
  readonly #contentType: ContentType;
  readonly #fields: PartFields;
  readonly #body: Body;
  /** As it was asked for first, and rarely in other ways. */
  #encoded: EncodedPart | undefined;
  #way: Way | undefined;
  #others: Map<Way, EncodedPart> | undefined;

  private constructor(key: symbol, contentType: ContentType, body: Body, fields: PartFields) {
    if (key !== internal) throw new MessageError("use SinglePart.text, .bytes or .stream to make a part");
    this.type = contentType.essence;
    this.contentId = fields.contentId;
    this.#contentType = contentType;
    this.#body = body;
    this.#fields = fields;
  }

  /** Plain text. Line ends become CRLF. @throws MessageError if it holds half of a surrogate pair. */
  static plain(text: string, options?: Omit<TextOptions, "type">): SinglePart {
    return SinglePart.text(text, typed("text/plain", options), "text");
  }

  /** HTML. Line ends become CRLF. @throws MessageError if it holds half of a surrogate pair. */
  static html(html: string, options?: Omit<TextOptions, "type">): SinglePart {
    return SinglePart.text(html, typed("text/html", options), "html");
  }

  /**
   * Text of any type and charset. With the type `text/plain; format=flowed` it is written by RFC 3676: a space at the
   * end of a line joins it to the next, and long lines are broken so.
   *
   * @param field what an error calls the text
   * @throws MessageError if the type is not valid, an option is unknown, or the charset lacks a character of the text.
   */
  static text(text: string, options: TextOptions = plainText, field = "text"): SinglePart {
    const fields = typeOnly(options) ? partFields(noOptions) : textFields(options);
    const { type = "text/plain", charset } = options;
    const given = usual.get(type) ?? typeOf(type);
    if (isComposite(given.essence)) {
      if (charset !== undefined)
        throw new MessageError(`${field}: ${given.essence} has no charset`, { field: "charset" });
      return SinglePart.#composite(text, given, fields, field);
    }
    const contentType = textType(given, charset?.name ?? "utf-8", field);
    const flow = flowOf(contentType.essence, contentType.parameters);
    return new SinglePart(internal, contentType, textBody(text, charset, field, flow), fields);
  }

  /**
   * Makes a part of bytes that arrive unchanged. They are encoded at once, so later changes to the array have no
   * effect.
   *
   * @throws MessageError if the type is not valid, or an option is unknown.
   */
  static bytes(
    bytes: Uint8Array,
    type = "application/octet-stream",
    options: PartOptions = noOptions,
  ): SinglePart {
    if (!(bytes instanceof Uint8Array)) throw wrongField("bytes", "a Uint8Array", bytes);
    const contentType = typeOf(type);
    const fields = partFields(options);
    if (isComposite(contentType.essence)) return SinglePart.#composite(bytes, contentType, fields, "bytes");
    return new SinglePart(internal, withCharset(contentType, bytes), octetsBody(bytes), fields);
  }

  /**
   * Makes a part of a string as the content of a file: it arrives unchanged. It is encoded in the charset that its type
   * names, else in UTF-8. The rare charsets that the runtime has no table of, such as EUC-JP, must be loaded before, by
   * {@link Charset.load}.
   *
   * @throws MessageError if the type is not valid, or the charset is unknown, not loaded, or lacks a character.
   */
  static file(text: string, type: string, options: PartOptions = noOptions, field = "text"): SinglePart {
    const position = text.search(/\p{Surrogate}/u);
    if (position >= 0) {
      const problem = `half of a surrogate pair at position ${position} is not a character`;
      throw new MessageError(`${field}: ${problem}`, { field, position });
    }
    const contentType = typeOf(type);
    const label = contentType.parameters.get("charset");
    if (label === undefined) return SinglePart.bytes(Buffer.from(text), type, options);
    return SinglePart.bytes(encodeAs(label, text, field), type, options);
  }

  /**
   * Makes a part of a whole mail (`message/rfc822`). Bytes that cannot be sent unencoded become `message/global`.
   *
   * @param mail bytes, or a `Message`, which is embedded as {@link Message.bytes} returns it
   * @throws MessageError if `mail` is neither.
   */
  static message(mail: Uint8Array | EmbeddedMail, options: PartOptions = noOptions): SinglePart {
    return SinglePart.#embedded(mail, new Map(), partFields(options));
  }

  /**
   * Makes a part that is read when it is sent. One of type `message/rfc822` is read twice each time: first to see
   * whether it can be sent unencoded, then to send it.
   *
   * @param open returns the bytes from their start at each call
   * @throws MessageError if the type is not valid, or an option is unknown.
   */
  static stream(
    open: () => AsyncIterable<Uint8Array>,
    type = "application/octet-stream",
    options: PartOptions = noOptions,
  ): SinglePart {
    if (typeof open !== "function") throw wrongField("open", "a function that opens a stream", open);
    const contentType = typeOf(type);
    const { essence } = contentType;
    const body =
      essence === "message/rfc822"
        ? lookedAtBody(open)
        : isUnencoded(essence)
          ? unencodedStream(open, essence)
          : streamBody(open);
    return new SinglePart(internal, contentType, body, partFields(options));
  }

  /** Makes a part of a type that must not be encoded, or only as another type. */
  static #composite(
    content: string | Uint8Array,
    contentType: ContentType,
    fields: PartFields,
    field: string,
  ): SinglePart {
    const { essence, parameters } = contentType;
    if (isUnencoded(essence))
      return new SinglePart(internal, contentType, unencodedBody(content, essence, field), fields);
    if (typeof content !== "string" && !(content instanceof Uint8Array))
      throw wrongField(field, "a string or a Uint8Array", content);
    const octets = typeof content === "string" ? Buffer.from(content) : content;
    return SinglePart.#embedded(octets, parameters, fields);
  }

  static #embedded(
    mail: Uint8Array | EmbeddedMail,
    parameters: ContentType["parameters"],
    fields: PartFields,
  ): SinglePart {
    if (!(mail instanceof Uint8Array) && typeof mail?.content !== "function") {
      throw wrongField("message", "a Message or its bytes", mail);
    }
    const body = embeddedBody(mail);
    const form = body.encode("8bit");
    const essence = ("essence" in form ? form.essence : undefined) ?? "message/rfc822";
    return new SinglePart(internal, { essence, parameters }, body, fields);
  }

  /** Whether `value` is a single part. An object from JSON that looks like one is not. */
  static is(value: unknown): value is SinglePart {
    return typeof value === "object" && value !== null && #body in value;
  }

  /** Returns a part with the same content and other options; the encoded bytes are shared. @throws MessageError */
  with(options: PartOptions): SinglePart {
    return new SinglePart(internal, this.#contentType, this.#body, partFields(options));
  }

  /**
   * Returns the same calendar with its own METHOD in the type (RFC 5545 section 3.7.2). Returns this part if it is not
   * a calendar in memory, states no method, or has one in its type.
   */
  withMethod(): SinglePart {
    const { essence, parameters } = this.#contentType;
    if (essence !== "text/calendar" || parameters.has("method")) return this;
    const octets = this.#body.octets?.();
    const [method, another] = octets === undefined ? [] : statedMethods(octets.toString("latin1"));
    if (method === undefined || another !== undefined || !isMethod(method)) return this;
    const contentType = { essence, parameters: new Map([["method", method], ...parameters]) };
    return new SinglePart(internal, contentType, this.#body, this.#fields);
  }

  /** The size of the content in bytes before encoding, if it is in memory. */
  get size(): number | undefined {
    return this.#body.octets?.().length;
  }

  /** The content as text, if it is in memory, to inspect its markup; non-ASCII characters may be wrong. */
  markup(): string | undefined {
    return this.#body.octets?.().toString("utf8");
  }

  /** Whether the other part has the identical content, not just an equal one, and the same headers. */
  sameAs(other: SinglePart): boolean {
    return this === other || (this.#body === other.#body && headOf(this) === headOf(other));
  }

  /** Reads and encodes the content now, instead of each time it is sent, and returns the part with the result. */
  async encoded(): Promise<SinglePart> {
    const body = await this.#body.load?.();
    if (body === undefined) return this;
    return new SinglePart(internal, this.#contentType, body, this.#fields);
  }

  /** Returns the part as it is sent; the result is cached. */
  encode(constraint: EncodingConstraint): EncodedPart {
    const way = wayOf(constraint);
    if (way === this.#way && this.#encoded !== undefined) return this.#encoded;
    if (this.#encoded !== undefined) return this.#encodedOtherwise(way);
    this.#way = way;
    this.#encoded = this.#encode(way);
    return this.#encoded;
  }

  #encodedOtherwise(way: Way): EncodedPart {
    this.#others ??= new Map();
    const encoded = this.#others.get(way) ?? this.#encode(way);
    this.#others.set(way, encoded);
    return encoded;
  }

  #encode(way: Way): EncodedPart {
    const body = this.#body.encode(way);
    const { headers } = this.#fields;
    if ("late" in body) {
      const { late, eightBit } = body;
      const content = (): AsyncIterable<Buffer> =>
        late(({ encoding, essence }) =>
          headText({ headers: [this.#typeHeader(essence), transferEncodingHeader(encoding)] }),
        );
      return { headers, body: [content], eightBit, binary: false, late: true };
    }
    const { encoding, content, essence } = body;
    const binary = encoding === "binary";
    const eightBit = binary || encoding === "8bit";
    return {
      headers: [this.#typeHeader(essence), ...headers, transferEncodingHeader(encoding)],
      body: [content],
      eightBit,
      binary,
    };
  }

  /** Also states the name of the file, for readers that ignore Content-Disposition. */
  #typeHeader(essence = this.type): Header {
    const { parameters } = this.#contentType;
    const { fileName } = this.#fields;
    // There it is the name of the file to fetch (RFC 2046 section 5.2.3).
    const isElsewhere = essence === "message/external-body";
    if (fileName !== undefined && !parameters.has("name") && !isElsewhere)
      return typeHeader(essence, new Map([...parameters, ["name", fileName]]));
    const isUsual = essence === this.type && usual.get(essence) === this.#contentType;
    if (!isUsual) return typeHeader(essence, parameters);
    let header = usualHeaders.get(essence);
    if (header === undefined) {
      header = typeHeader(essence, parameters);
      usualHeaders.set(essence, header);
    }
    return header;
  }
}

const internal: unique symbol = Symbol("SinglePart");

/** Whether content of this type is not encoded, or only as another type. */
function isComposite(essence: string): boolean {
  return essence === "message/rfc822" || isUnencoded(essence);
}

function typeHeader(essence: string, parameters: ContentType["parameters"]): Header {
  return parameterHeader("Content-Type", essence, parameters);
}

function headOf(part: SinglePart): string {
  return headText(part.encode({ eightBit: false }));
}

/** The types of most texts, read once. */
const usual = new Map(
  ["text/plain", "text/html"].map((essence): [string, ContentType] => [
    essence,
    { essence, parameters: new Map([["charset", "utf-8"]]) },
  ]),
);
const usualHeaders = new Map<string, Header>();
const htmlOrPlainNames: NamesOf<Omit<TextOptions, "type">> = { charset: true, ...partOptionNames };
const textOptionNames: NamesOf<TextOptions> = { type: true, ...htmlOrPlainNames };
const plainText: TextOptions = { type: "text/plain" };
const htmlText: TextOptions = { type: "text/html" };

function typed(
  type: "text/plain" | "text/html",
  options: Omit<TextOptions, "type"> | undefined,
): TextOptions {
  if (options === undefined) return type === "text/plain" ? plainText : htmlText;
  refuseUnknown(options, htmlOrPlainNames, "a part of text");
  return { ...options, type };
}

/** Whether the type is the only option, as for most texts. */
function typeOnly(options: TextOptions): boolean {
  return options === plainText || options === htmlText;
}

function textFields(options: TextOptions): PartFields {
  refuseUnknown(options, textOptionNames, "a part of text");
  const { type, charset, ...rest } = options;
  if (charset === undefined || isCharset(charset)) return partFields(rest);
  throw wrongField("charset", "a Charset", charset, "Make one with await Charset.load(name)");
}

/** The type of a text in a charset. */
function textType(given: ContentType, charset: string, field: string): ContentType {
  const { essence, parameters } = given;
  const stated = parameters.get("charset");
  if (stated === charset) return given;
  // Types of this kind define their own charset (RFC 2046 section 5.2).
  if (essence.startsWith("message/") && stated === undefined) return given;
  if (stated === undefined || usual.get(essence) === given || charsetName(stated) === charset)
    return { essence, parameters: new Map([...parameters, ["charset", charset]]) };
  throw new MessageError(
    `${field}: the charset ${stated} is given as { charset: await Charset.load("${stated}") }`,
    { field },
  );
}

/** Reads the type of a single part. A multipart is refused, because it has parts and a boundary. */
function typeOf(text: string): ContentType {
  const contentType = parseContentType(text, "type");
  const { essence, parameters } = contentType;
  if (essence.startsWith("multipart/"))
    throw new MessageError(`type: expected the type of a single part, got ${essence}. Use MultiPart`, {
      field: "type",
      position: 0,
    });
  const stated = parameters.get("charset");
  const name = stated === undefined ? undefined : charsetName(stated);
  if (name === undefined || name === stated) return contentType;
  return { essence, parameters: new Map([...parameters, ["charset", name]]) };
}

/** Text that is valid UTF-8 and not ASCII is almost certainly UTF-8; without a charset readers would guess. */
function withCharset({ essence, parameters }: ContentType, bytes: Uint8Array): ContentType {
  const unnamed = essence.startsWith("text/") && !parameters.has("charset");
  if (!unnamed || isAscii(bytes) || !isUtf8(bytes)) return { essence, parameters };
  return { essence, parameters: new Map([...parameters, ["charset", "utf-8"]]) };
}
