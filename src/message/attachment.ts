import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { reasonOf } from "../errors.ts";
import { type DateInput, formatDateTime } from "../mime/date-time.ts";
import type { EmbeddedMail } from "../mime/embedded.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { MessageError, wrongField, wrongWord } from "../mime/message-error.ts";
import { contentId as checkContentId } from "../mime/message-id.ts";
import type { PartOptions } from "../mime/part-options.ts";
import { SinglePart } from "../mime/single-part.ts";
import type { NamesOf } from "../text/options/known-names.ts";
import { type ByteSourceInput, quietUntilRead, readFile, readSource, readsOnce } from "./byte-source.ts";
import { fileName } from "./file-name.ts";
import { typeOfFile } from "./media-types.ts";

/** Options of an attachment. */
export interface AttachmentOptions {
  /** The media type; by default it follows from the extension of the name. */
  readonly type?: string;
  /** The name it is sent under, if not the name of the file. */
  readonly name?: string;
  /** A description of one line. */
  readonly description?: string;
  /** The size in bytes before encoding, for readers to show; `true` writes the size of bytes in memory. */
  readonly size?: number | true;
  /** When the file was made (RFC 2183 section 2.4). */
  readonly creationDate?: DateInput;
  /** When the file was last changed (RFC 2183 section 2.5). */
  readonly modificationDate?: DateInput;
  /** When the file was last read (RFC 2183 section 2.6). */
  readonly readDate?: DateInput;
}

/**
 * A file that is sent with a message; immutable. Messages that share an attachment share its encoded bytes.
 *
 * @example
 * ```ts
 * const invoice = Attachment.fromBytes("invoice.pdf", pdf);
 * const logo = Attachment.fromBytes("logo.png", png).inline("logo@example.com");
 * await transport.send({ ...shared, html: '<img src="cid:logo@example.com">', attach: [invoice, logo] });
 * ```
 */
export class Attachment {
  /** The name it is sent under. */
  readonly name: string;
  /** The id to which a `cid:` URL in the HTML refers; `undefined` unless the attachment is inline. */
  readonly contentId: string | undefined;
  /** The part of the message that the attachment becomes. */
  readonly part: SinglePart;
  readonly #said: Said;

  private constructor(key: symbol, name: string, part: SinglePart, said: Said, contentId?: string) {
    if (key !== internal) throw new MessageError("use Attachment.fromBytes, .from, .fromPath or .fromStream");
    this.name = name;
    this.contentId = contentId;
    this.#said = said;
    const options: PartOptions = {
      disposition: contentId === undefined ? "attachment" : "inline",
      dispositionParameters: new Map([["filename", name], ...said.parameters]),
      ...(contentId === undefined ? {} : { contentId }),
      ...(said.description === undefined ? {} : { description: said.description }),
    };
    this.part = part.with(options);
  }

  /**
   * Makes an attachment of bytes in memory, or of a string, which is encoded in the charset that the type names, else
   * in UTF-8. The bytes are encoded at once: later changes to the array have no effect.
   *
   * @throws MessageError if the name or the type is not valid, or the charset lacks a character of the string.
   */
  static fromBytes(
    name: string,
    bytes: Uint8Array | ArrayBuffer | string,
    type?: string | AttachmentOptions,
  ): Attachment {
    if (typeof bytes === "string")
      return Attachment.#of(name, type, (as) => SinglePart.file(bytes, as, {}, "bytes"));
    const octets = types.isArrayBuffer(bytes) ? new Uint8Array(bytes) : bytes;
    if (!(octets instanceof Uint8Array))
      throw wrongField("bytes", "a Uint8Array, an ArrayBuffer or a string", bytes);
    return Attachment.#of(name, type, (as) => SinglePart.bytes(octets, as));
  }

  /**
   * Makes an attachment of a Blob or a File, such as one from a form. A File keeps its name and its type; a Blob needs
   * a `name`. It is read each time the message is sent.
   *
   * @example
   * ```ts
   * const file = new File(["Hello"], "greeting.txt", { type: "text/plain" });
   * await transport.send({ ...shared, text: "Attached.", attach: Attachment.from(file) });
   * ```
   * @throws MessageError if `blob` is not a Blob or has no name, or the name or the type is not valid.
   */
  static from(blob: Blob, options: AttachmentOptions = {}): Attachment {
    if (!(blob instanceof Blob)) throw wrongField("blob", "a Blob or a File", blob);
    const name = options.name ?? ("name" in blob ? String(blob.name) : undefined);
    if (name === undefined)
      throw wrongField(
        "name",
        "a name, because a Blob has none",
        name,
        'Pass Attachment.from(blob, { name: "a.pdf" })',
      );
    return Attachment.fromStream(name, blob, blob.type === "" ? options : { type: blob.type, ...options });
  }

  /**
   * Makes an attachment of a file, given by its path or a `file:` URL, under the name of the file. The file is opened
   * each time the message is sent; if it cannot be read then, sending fails with an error that names it. A mail
   * (`message/rfc822`) is read twice each time: first to see whether it can travel unencoded, then to send it.
   *
   * @throws MessageError if the name or the type is not valid, or the URL is not a `file:` URL.
   */
  static fromPath(path: string | URL, type?: string | AttachmentOptions): Attachment {
    const file = path instanceof URL ? pathOf(path) : path;
    const name = fileName(file, "path");
    return Attachment.#of(name, type, (mediaType) =>
      SinglePart.stream(() => readFile(file, label(name)), mediaType),
    );
  }

  /**
   * Makes an attachment of a stream, which is read when the message is sent. A stream can be read only once; to be able
   * to send the message again, pass a function that opens a stream.
   *
   * @throws MessageError if the name or the type is not valid.
   */
  static fromStream(name: string, source: ByteSourceInput, type?: string | AttachmentOptions): Attachment {
    if ((typeof source !== "object" && typeof source !== "function") || source === null) {
      throw wrongField("source", "a Uint8Array, a Blob, a stream, an async iterable or a function", source);
    }
    quietUntilRead(source);
    // A stream that can be read only once cannot be inspected first, so it is sent as the type that may be encoded.
    const once = typeof source === "object" && readsOnce(source);
    return Attachment.#of(name, type, (as) =>
      SinglePart.stream(
        () => readSource(source, label(name)),
        once ? as.replace(/^\s*message\/rfc822(?=\s*(?:;|$))/i, "message/global") : as,
      ),
    );
  }

  /**
   * Makes an attachment of a whole mail, to forward it unchanged (`message/rfc822`).
   *
   * @param mail a `Message`, or the bytes of a mail
   * @throws MessageError if `mail` is neither.
   */
  static fromMessage(mail: EmbeddedMail | Uint8Array, options: AttachmentOptions = {}): Attachment {
    refuseUnknown(options, optionNames, "an attachment");
    const { name = "message.eml", type = "message/rfc822" } = options;
    if (type !== "message/rfc822") throw wrongWord("type", "message/rfc822 for a mail", type);
    return Attachment.#of(name, { ...options, type: "message/rfc822" }, () => SinglePart.message(mail));
  }

  /** Whether `value` is an attachment. An object from JSON that looks like one is not. */
  static is(value: unknown): value is Attachment {
    return typeof value === "object" && value !== null && #said in value;
  }

  /**
   * Returns the same attachment, to be shown inside the HTML, which refers to it as `cid:` and the id.
   *
   * @param contentId random by default; read it from {@link Attachment.contentId}
   * @throws MessageError if the id is not printable ASCII without spaces.
   */
  inline(contentId?: string): Attachment {
    const id = contentId === undefined ? `${randomUUID()}@envoi` : checkContentId(contentId, "contentId");
    return new Attachment(internal, this.name, this.part, this.#said, id);
  }

  /**
   * Reads and encodes the file or stream now, and returns the attachment with the result: for many messages that share
   * it, each of which would otherwise read it when it is sent.
   *
   * @throws EnvoiError of kind `content` if the file or stream cannot be read.
   */
  async encoded(): Promise<Attachment> {
    return new Attachment(internal, this.name, await this.part.encoded(), this.#said, this.contentId);
  }

  static #of(
    named: string,
    typeOrOptions: string | AttachmentOptions = {},
    makePart: (type: string) => SinglePart,
  ): Attachment {
    const options = typeof typeOrOptions === "string" ? { type: typeOrOptions } : typeOrOptions;
    refuseUnknown(options, optionNames, "an attachment");
    const name = fileName(options.name ?? named, "name");
    const part = makePart(options.type ?? typeOfFile(name));
    const said = { description: options.description, parameters: dispositionParameters(options, part) };
    return new Attachment(internal, name, part, said);
  }
}

/** What Content-Disposition and Content-Description say, besides the name. */
interface Said {
  readonly description: string | undefined;
  readonly parameters: readonly [string, string][];
}

const internal: unique symbol = Symbol("Attachment");

const dates = [
  ["creation-date", "creationDate"],
  ["modification-date", "modificationDate"],
  ["read-date", "readDate"],
] as const;

const optionNames: NamesOf<AttachmentOptions> = {
  type: true,
  name: true,
  description: true,
  size: true,
  creationDate: true,
  modificationDate: true,
  readDate: true,
};

/** RFC 2183 sections 2.4 to 2.7. */
function dispositionParameters(options: AttachmentOptions, part: SinglePart): [string, string][] {
  const parameters: [string, string][] = [];
  for (const [name, option] of dates) {
    const date = options[option];
    if (date !== undefined) parameters.push([name, formatDateTime(date, option)]);
  }
  if (options.size === undefined) return parameters;
  const known = part.size;
  const size = options.size === true ? known : options.size;
  if (size === undefined || !Number.isSafeInteger(size) || size < 0 || size !== (known ?? size)) {
    throw wrongField("size", "the number of bytes, or true if they are in memory", options.size);
  }
  return [...parameters, ["size", String(size)]];
}

/** Runs no code of a look-alike: only a genuine URL comes here. */
function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    const problem = `path: expected a file: URL of this machine, got ${JSON.stringify(url.href.slice(0, 80))}`;
    throw new MessageError(`${problem} (${reasonOf(error)})`, { field: "path" });
  }
}

function label(name: string): string {
  return `attachment ${JSON.stringify(name)}`;
}
