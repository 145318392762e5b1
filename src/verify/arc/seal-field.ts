import { foldAt } from "../../mime/fold.ts";

/** The tags of a field, in the order in which they are written. */
export type SealTags = readonly (readonly [name: string, value: string | number | undefined])[];

/** A field that signs, folded, with a place for its value. Folds are part of what is signed, except those in `b=`. */
export class SealField {
  readonly #before: string;
  readonly #after: string;

  /**
   * Makes a field of tags, with an empty `b=` among them.
   *
   * @param name the name of the field
   */
  constructor(name: string, tags: SealTags) {
    let text = `${name}:`;
    let column = text.length;
    let place = 0;
    const written = tags.filter(([, value]) => value !== undefined);
    for (const [index, [tag, value]] of written.entries()) {
      const end = index < written.length - 1 ? ";" : "";
      // A list of names may be folded at its colons.
      const tokens = ` ${tag}=${value}${end}`.split(/(?<=:)/);
      for (const token of tokens) {
        // The value of b= begins a line, and what follows it too.
        const breaks = tag === "b" || column + token.length > foldAt;
        if (breaks) text += token.startsWith(" ") ? "\r\n" : "\r\n\t";
        text += breaks && token.startsWith(" ") ? `\t${token.slice(1)}` : token;
        column = (breaks ? 1 : column) + token.length;
      }
      if (tag !== "b") continue;
      place = text.length - end.length;
      column = foldAt;
    }
    this.#before = text.slice(0, place);
    this.#after = text.slice(place);
  }

  /** The field as it is signed. */
  get unsigned(): string {
    return this.#before + this.#after;
  }

  /** The whole field, without CRLF at its end. */
  signed(signature: string): string {
    const lines: string[] = [];
    for (let at = 0; at < signature.length; at += 72) lines.push(signature.slice(at, at + 72));
    return `${this.#before}${lines.join("\r\n\t")}${this.#after}`;
  }
}
