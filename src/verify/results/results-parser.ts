import { commentEnd } from "../../mime/comment.ts";
import { MessageError, wrongField } from "../../mime/message-error.ts";
import type { MethodResult, ResultProperty, ResultsContent } from "./method-result.ts";

/**
 * Reads the value of an Authentication-Results field, or the whole field.
 *
 * @throws MessageError naming the position, in the unfolded text, of what is not allowed.
 */
export function readResults(value: string): ResultsContent {
  if (typeof value !== "string") throw wrongField(field, "a string", value);
  return new ResultsParser(unfolded(value)).read();
}

const field = "Authentication-Results";

/** On one line. A line break that folds nothing, and NUL, are spaces. */
function unfolded(value: string): string {
  const text = value.replace(/^[ \t]*authentication-results[ \t]*:/i, "");
  return text.replace(/\r?\n(?=[ \t])|\r?\n$/g, "").replace(/[\0\r\n]/g, " ");
}

/** Reads the grammar of RFC 8601 section 2.2, each character once. */
class ResultsParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): ResultsContent {
    this.#skip();
    const authservId = this.#value();
    this.#skip();
    const version = this.#take(number);
    const results: MethodResult[] = [];
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      this.#expect(";");
      this.#skip();
      // Some writers end each result with a semicolon.
      if (this.#at === this.#text.length) break;
      const result = this.#result();
      if (result !== undefined) results.push(result);
      else if (results.length > 0 || this.#text[this.#at] === ";") throw this.#error('"none" alone');
    }
    return { authservId, version: version === undefined ? 1 : Number(version), results };
  }

  /** One result, or `undefined` for "none". */
  #result(): MethodResult | undefined {
    const method = this.#word("the name of a method").toLowerCase();
    this.#skip();
    let version: number | undefined;
    if (this.#take(/\//y) !== undefined) {
      this.#skip();
      version = Number(this.#take(number) ?? this.#fail("the version of the method"));
      this.#skip();
    }
    if (method === "none" && version === undefined && this.#text[this.#at] !== "=") return undefined;
    this.#expect("=");
    this.#skip();
    const result = this.#word("the result of the method").toLowerCase();
    let reason: string | undefined;
    const properties: ResultProperty[] = [];
    for (this.#skip(); this.#at < this.#text.length && this.#text[this.#at] !== ";"; this.#skip()) {
      const type = this.#word("a property").toLowerCase();
      this.#skip();
      if (
        type === "reason" &&
        reason === undefined &&
        properties.length === 0 &&
        this.#text[this.#at] === "="
      ) {
        this.#at++;
        this.#skip();
        reason = this.#value();
        continue;
      }
      this.#expect(".");
      this.#skip();
      const property = this.#word("the name of a property").toLowerCase();
      this.#skip();
      this.#expect("=");
      this.#skip();
      properties.push(Object.freeze({ type, property, value: this.#value() }));
    }
    return Object.freeze({
      method,
      ...(version !== undefined && { version }),
      result,
      ...(reason !== undefined && { reason }),
      properties: Object.freeze(properties),
    });
  }

  /** A token, a quoted string, or an address with either as its local part. Others write less than this; so it goes. */
  #value(): string {
    let value = "";
    let parts = 0;
    let first: string | undefined;
    for (;;) {
      const start = this.#at;
      if (this.#text[start] === '"') {
        const content = this.#quoted();
        first ??= content;
        value += this.#text.slice(start, this.#at);
      } else {
        const run = this.#take(unquoted);
        if (run === undefined) break;
        value += run;
      }
      parts++;
    }
    if (parts === 0) throw this.#error("a value");
    return parts === 1 && first !== undefined ? first : value;
  }

  #quoted(): string {
    const start = this.#at++;
    let content = "";
    for (;;) {
      const run = this.#take(inQuotes) ?? "";
      content += run;
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#error("a closing quote", start);
      this.#at++;
      if (next === '"') return content;
      const escaped = this.#text[this.#at++];
      if (escaped === undefined) throw this.#error("a closing quote", start);
      content += escaped;
    }
  }

  #word(expected: string): string {
    return this.#take(keyword) ?? this.#fail(expected);
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw this.#error(`"${character}"`);
    this.#at++;
  }

  /** Goes past white space and comments. */
  #skip(): void {
    for (;;) {
      const next = this.#text[this.#at];
      if (next === " " || next === "\t") this.#at++;
      else if (next === "(") this.#at = commentEnd(this.#text, this.#at) ?? this.#fail("a closing bracket");
      else return;
    }
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const run = pattern.exec(this.#text)?.[0];
    if (run !== undefined) this.#at += run.length;
    return run;
  }

  #fail(expected: string): never {
    throw this.#error(expected);
  }

  #error(expected: string, position: number = this.#at): MessageError {
    return new MessageError(`${field}: expected ${expected} at position ${position}`, { field, position });
  }
}

const number: RegExp = /\d{1,9}(?![\w.-])/y;
const keyword: RegExp = /[A-Za-z0-9_-]*[A-Za-z0-9]/y;
const unquoted: RegExp = /[^ \t;()"]+/y;
const inQuotes: RegExp = /[^"\\]+/y;
