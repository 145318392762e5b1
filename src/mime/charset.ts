import { type Codec, loadCodec } from "../text/charset.ts";
import { MessageError } from "./message-error.ts";

/**
 * A charset other than UTF-8 for the text of a part.
 *
 * Loading one is asynchronous because its tables are: who sends UTF-8, as nearly everyone should, never loads them.
 *
 * @example
 * ```ts
 * const latin1 = await Charset.load("iso-8859-1");
 * const part = SinglePart.text("Grüße", { charset: latin1 });
 * ```
 */
export class Charset {
  /** The name as it stands in Content-Type. */
  readonly name: string;
  readonly #codec: Codec;

  private constructor(name: string, codec: Codec) {
    this.name = name;
    this.#codec = codec;
  }

  /**
   * Loads a charset by its name, in any case.
   *
   * @throws MessageError if the name is not known.
   */
  static async load(name: string): Promise<Charset> {
    const codec = await loadCodec(name);
    if (codec !== undefined) return new Charset(name.toLowerCase(), codec);
    throw new MessageError(`charset: ${JSON.stringify(name)} is not known`, { field: "charset" });
  }

  /**
   * The octets of `text` in this charset.
   *
   * @throws MessageError naming the first character that the charset lacks, and its position.
   */
  encode(text: string, field: string): Buffer {
    const octets = this.#codec.encode(text);
    const back = this.#codec.decode(octets);
    if (back === text) return octets;
    let position = 0;
    while (back[position] === text[position]) position++;
    const lost = String.fromCodePoint(text.codePointAt(position) ?? 0);
    throw new MessageError(
      `${field}: ${JSON.stringify(lost)} at position ${position} is not in ${this.name}`,
      {
        field,
        position,
      },
    );
  }
}
