import { foldAt } from "../mime/fold.ts";
import type { DkimSettings } from "./dkim-options.ts";

/** The tags that differ between the signatures of one signer. */
export interface SignatureTags {
  readonly timestamp: number | undefined;
  readonly names: readonly string[];
  readonly bodyHash: string;
  readonly bodyLength: number;
}

/**
 * Writes the DKIM-Signature fields of a signer (RFC 6376 section 3.5), folded, with an empty `b=` at the end, as they
 * are signed.
 */
export class SignatureField {
  readonly #settings: DkimSettings;
  readonly #beginning: string;
  /** Most mails of a signer have the same fields, so the last list is cached. */
  #lastNames = "";
  #lastList = "";

  constructor(settings: DkimSettings) {
    const { key, header, body, domain, selector, identity } = settings;
    this.#settings = settings;
    const tags = ["v=1", `a=${key.algorithm}`, `c=${header}/${body}`, `d=${domain}`, `s=${selector}`];
    if (identity !== undefined) tags.push(`i=${identity}`);
    this.#beginning = folded(
      "DKIM-Signature:",
      tags.map((tag) => ` ${tag};`),
    );
  }

  /** The field without a CRLF at its end. */
  unsigned({ timestamp, names, bodyHash, bodyLength }: SignatureTags): string {
    const { expiresIn } = this.#settings;
    let times = timestamp === undefined ? "" : ` t=${timestamp};`;
    if (expiresIn !== undefined) times += ` x=${(timestamp ?? Math.floor(Date.now() / 1000)) + expiresIn};`;
    if (this.#settings.bodyLength) times += ` l=${bodyLength};`;
    const line = times === "" ? "" : `\r\n\t${times.slice(1)}`;
    return `${this.#beginning}${line}\r\n\t${this.#list(names)}\r\n\tbh=${bodyHash};\r\n\tb=`;
  }

  #list(names: readonly string[]): string {
    const joined = names.join(":");
    if (joined !== this.#lastNames) {
      this.#lastList = folded("h=", `${joined};`.split(/(?<=:)/), "\r\n\t ");
      this.#lastNames = joined;
    }
    return this.#lastList;
  }
}

/** Puts the signature into its field, in lines, with CRLF at the end. */
export function signed(field: string, signature: string): string {
  let text = field;
  for (let at = 0; at < signature.length; at += 72) {
    text += (at === 0 ? "" : "\r\n\t ") + signature.slice(at, at + 72);
  }
  return `${text}\r\n`;
}

/** Joins the tokens, with a new line before each that would exceed the width. */
function folded(start: string, tokens: readonly string[], newLine = "\r\n\t"): string {
  let text = start;
  let column = start.length;
  let first = true;
  for (const token of tokens) {
    if (!first && column + token.length > foldAt) {
      text += newLine;
      column = newLine.length - 2;
    }
    const written = text.endsWith("\t") ? token.trimStart() : token;
    text += written;
    column += written.length;
    first = false;
  }
  return text;
}
