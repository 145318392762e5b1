import { AddressError } from "./address-error.ts";
import { wideAtomCharacters } from "./atom.ts";
import { checkCharacters } from "./characters.ts";

/**
 * Reads the tokens of RFC 5322 3.2 (as widened by RFC 6532) from the left, each character once.
 *
 * Nested comments are counted without recursion, so any input takes linear time and constant stack. White space is
 * space and tab: unfold a folded header first.
 */
export class Scanner {
  readonly text: string;
  /** The index of the next character. */
  position = 0;

  /** @throws AddressError if `text` is not a string or contains characters that no address may contain. */
  constructor(text: string, what: string) {
    checkCharacters(text, what);
    this.text = text;
  }

  /** The next character, or the empty string at the end. */
  peek(): string {
    return this.text.charAt(this.position);
  }

  /** Reads `character` if it is next. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position++;
    return true;
  }

  /** Skips white space and comments (CFWS); returns whether there were any. */
  skipSpace(): boolean {
    const start = this.position;
    for (;;) {
      const next = this.peek();
      if (next === " " || next === "\t") this.position++;
      else if (next === "(") this.#skipComment();
      else return this.position > start;
    }
  }

  /** A run of atom characters and dots, or the empty string. */
  atoms(): string {
    atoms.lastIndex = this.position;
    const [run] = atoms.exec(this.text) ?? [""];
    this.position += run.length;
    return run;
  }

  /** Reads the quoted string that begins here, and returns its content without quoting. */
  quotedString(): string {
    const start = this.position++;
    let content = "";
    for (let from = this.position; ; ) {
      special.lastIndex = this.position;
      const at = special.exec(this.text)?.index;
      if (at === undefined) throw this.error("a quoted string is not closed; add the closing quote", start);
      const character = this.text.charAt(at);
      if (character === "\t") throw this.error("a tab in a quoted string; write a space", at);
      content += this.text.slice(from, at);
      this.position = at + 1;
      if (character === '"') return content;
      // A quoted pair: the character after the backslash is content, unless it is a tab.
      from = at + 1;
      if (this.peek() !== "\t") this.position++;
    }
  }

  /** Skips the address literal that begins here, to its closing bracket. */
  literal(): void {
    const end = this.text.indexOf("]", this.position);
    if (end < 0) throw this.error('an address literal is not closed; add the "]"');
    this.position = end + 1;
  }

  /** An error at `position`, by default the next character. */
  error(problem: string, position: number = this.position): AddressError {
    return new AddressError(problem, { input: this.text, position });
  }

  #skipComment(): void {
    const start = this.position;
    let depth = 0;
    do {
      parenthesis.lastIndex = this.position;
      const at = parenthesis.exec(this.text)?.index;
      if (at === undefined) {
        throw this.error('a comment is not closed; add the ")", or quote the text', start);
      }
      const character = this.text.charAt(at);
      this.position = character === "\\" ? at + 2 : at + 1;
      if (character === "(") depth++;
      else if (character === ")") depth--;
    } while (depth > 0);
  }
}

const atoms: RegExp = new RegExp(`[.${wideAtomCharacters}]+`, "y");
const special: RegExp = /["\\\t]/g;
const parenthesis: RegExp = /[()\\]/g;
