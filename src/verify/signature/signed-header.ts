import type { RawField } from "../../mime/head-reader.ts";
import { type Canonicalization, canonicalField } from "../../signing/canonicalization.ts";

/** The header of a message, and its fields in canonical form, made once for all signatures. */
export class SignedHeader {
  /** From top to bottom. */
  readonly fields: readonly RawField[];
  /** Why there are no fields, if the header could not be read. */
  readonly problem: string | undefined;
  readonly #named: Map<string, RawField[]> = new Map();
  readonly #relaxed: Map<RawField, string> = new Map();

  constructor(fields: readonly RawField[], problem?: string) {
    this.fields = fields;
    this.problem = problem;
    for (const field of fields) {
      const same = this.#named.get(field.name);
      if (same === undefined) this.#named.set(field.name, [field]);
      else same.push(field);
    }
  }

  /** The fields of a name in lower case, from top to bottom. */
  named(name: string): readonly RawField[] {
    return this.#named.get(name) ?? [];
  }

  /** A field in canonical form, with its CRLF. */
  canonical(field: RawField, canonicalization: Canonicalization): string {
    if (canonicalization === "simple") return `${field.text}\r\n`;
    let text = this.#relaxed.get(field);
    if (text === undefined) {
      text = `${canonicalField(field.name, field.text, "relaxed")}\r\n`;
      this.#relaxed.set(field, text);
    }
    return text;
  }

  /**
   * What a signature over fields of these names covers: each name takes the lowest field that is left (RFC 6376 section
   * 5.4.2), and nothing if none is.
   *
   * @param own the field of the signature itself, which none of the names means
   */
  covered(names: readonly string[], own: RawField, canonicalization: Canonicalization): string {
    const left = new Map<string, number>();
    let data = "";
    for (const name of names) {
      const fields = this.named(name);
      let at = (left.get(name) ?? fields.length) - 1;
      if (fields[at] === own) at--;
      left.set(name, Math.max(at, 0));
      const field = fields[at];
      if (field !== undefined) data += this.canonical(field, canonicalization);
    }
    return data;
  }

  /**
   * The name of a field that is allowed once, but is there several times, and more often than these names say. Readers
   * differ in which of them they show.
   */
  repeated(names: readonly string[]): string | undefined {
    return once.find((name) => {
      const there = this.named(name).length;
      return there > 1 && there > names.filter((each) => each === name).length;
    });
  }
}

/** The fields of which a message has at most one: RFC 5322 section 3.6, and RFC 2045 for the last two. */
const once: readonly string[] = [
  "from",
  "sender",
  "reply-to",
  "to",
  "cc",
  "bcc",
  "subject",
  "date",
  "message-id",
  "in-reply-to",
  "references",
  "content-type",
  "content-transfer-encoding",
];
