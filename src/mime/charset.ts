import type { Codec } from "../text/charsets/codec.ts";
import { loadCodec } from "../text/charsets/load-codec.ts";
import { encodeBy, genuineCharsets, isCharset, unknownCharset } from "./charset-encoding.ts";

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
  /** The registered name for Content-Type: `windows-1252` for `win1252`. */
  readonly name: string;
  readonly #codec: Codec;

  private constructor(codec: Codec) {
    this.name = codec.name;
    this.#codec = codec;
    genuineCharsets.add(this);
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
    return isCharset(value);
  }

  /**
   * The octets of `text` in this charset.
   *
   * @throws MessageError naming the first character that the registered charset lacks, and its position.
   */
  encode(text: string, field: string): Buffer {
    return encodeBy(this.#codec, text, field);
  }
}
