import { type Codec, loadCodec, readyCodec } from "../text/charset.ts";
import { registeredCharset } from "../text/registered-charset.ts";
import { MessageError } from "./message-error.ts";

/**
 * A charset other than UTF-8 for the text of a part.
 *
 * Loading one is asynchronous because its tables are: programs that send UTF-8, as nearly all should, never load them.
 *
 * @example
 * ```ts
 * const latin1 = await Charset.load("latin1");
 * const part = SinglePart.text("Grüße", { charset: latin1 }); // charset=iso-8859-1
 * ```
 */
export class Charset {
  /** The registered name as it stands in Content-Type: `windows-1252` for `win1252`. */
  readonly name: string;
  readonly #codec: Codec;

  private constructor(codec: Codec) {
    this.name = codec.name;
    this.#codec = codec;
  }

  /**
   * Loads a charset by its registered name or by another label, in any case: `latin1`, `cp1252`, `x-sjis`.
   *
   * @throws MessageError if the label stands for no charset of the IANA registry, or for one that cannot be written.
   */
  static async load(label: string): Promise<Charset> {
    const codec = await loadCodec(label);
    if (codec === undefined) throw unknownCharset(label, "charset");
    return new Charset(codec);
  }

  /** Whether `value` is a charset; a look-alike, such as an object from JSON, is not. */
  static is(value: unknown): value is Charset {
    return typeof value === "object" && value !== null && #codec in value;
  }

  /**
   * A charset by its label, if no table must be loaded for it; else a promise.
   *
   * @throws MessageError if the label stands for none.
   */
  static ready(label: string, field: string): Charset | Promise<Charset> {
    const registered = registeredCharset(label);
    if (registered === undefined) throw unknownCharset(label, field);
    const codec = readyCodec(registered);
    return codec === undefined ? Charset.load(label) : new Charset(codec);
  }

  /**
   * The octets of `text` in this charset.
   *
   * @throws MessageError naming the first character that the registered charset lacks, and its position.
   */
  encode(text: string, field: string): Buffer {
    const position = this.#codec.lacks(text);
    if (position < 0) return this.#codec.encode(text);
    const lost = String.fromCodePoint(text.codePointAt(position) ?? 0);
    throw new MessageError(
      `${field}: ${JSON.stringify(lost)} at position ${position} is not in ${this.name}; use UTF-8`,
      { field, position },
    );
  }
}

/** The registered name of a charset by any of its labels, in small letters; `undefined` if it is not known here. */
export function charsetName(label: string): string | undefined {
  return registeredCharset(label)?.name;
}

function unknownCharset(label: string, field: string): MessageError {
  const given = typeof label === "string" ? JSON.stringify(label.slice(0, 60)) : typeof label;
  return new MessageError(
    `${field}: expected the name of a registered charset such as iso-8859-1, got ${given}; UTF-8 needs none`,
    { field },
  );
}
