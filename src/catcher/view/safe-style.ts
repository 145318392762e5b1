import { type CSSToken, TokenType, tokenize } from "@csstools/css-tokenizer";
import type { ImageSources } from "./image-sources.ts";

/** The colour scheme that a view shows. */
export type ColorScheme = "light" | "dark";

/**
 * Rewrites CSS: it imports nothing, and its URLs lead only to images that may be loaded. The result can stand in a
 * style element and in an attribute.
 *
 * @param scheme what `prefers-color-scheme` and `color-scheme` mean; without it, what the browser says
 */
export function safeStyle(css: string, images: ImageSources, scheme: ColorScheme | undefined): string {
  if (!SPECIAL.test(css)) return css;
  return new Rewriter(tokenize({ css }), images, scheme).rewrite();
}

/** CSS without any of these has no URL, no rule that imports, and nothing about colour schemes. */
const SPECIAL = /[\\(@<]|color-scheme/i;

/** A token in which < is escaped by its number, so that no reader of HTML takes it for the beginning of a tag. */
function withoutTags(token: string): string {
  return token.includes("<")
    ? token.replace(/\\.|</gs, (found) => (found.endsWith("<") ? "\\3c " : found))
    : token;
}

class Rewriter {
  readonly #tokens: readonly CSSToken[];
  readonly #images: ImageSources;
  readonly #scheme: ColorScheme | undefined;
  readonly #pieces: string[] = [];
  /** The functions and brackets that are open: whether a string directly in them is a URL. */
  readonly #open: boolean[] = [];
  #at = 0;

  constructor(tokens: readonly CSSToken[], images: ImageSources, scheme: ColorScheme | undefined) {
    this.#tokens = tokens;
    this.#images = images;
    this.#scheme = scheme;
  }

  rewrite(): string {
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at] as CSSToken;
      this.#at++;
      const text = this.#written(token);
      // An operator of a query may be or begin with <.
      this.#pieces.push(token[0] === TokenType.Delim ? text : withoutTags(text));
    }
    return this.#pieces.join("");
  }

  #written(token: CSSToken): string {
    const [type, text] = token;
    switch (type) {
      case TokenType.URL:
        return `url(${this.#image(token[4].value)})`;
      case TokenType.String:
        if (this.#open.at(-1) === true) return this.#image(token[4].value);
        return text;
      case TokenType.Function:
        this.#open.push(loading.has(token[4].value.toLowerCase()));
        return text;
      case TokenType.OpenParen:
        this.#open.push(false);
        return text;
      case TokenType.CloseParen:
        this.#open.pop();
        return text;
      case TokenType.AtKeyword:
        if (!importing.has(token[4].value.toLowerCase())) return text;
        this.#skipStatement();
        return " ";
      case TokenType.Ident:
        return this.#identifier(token[4].value.toLowerCase()) ?? text;
      case TokenType.Delim:
        // A tag begins with <, so it never stands before a letter.
        return token[4].value === "<" && this.#tokens[this.#at]?.[1] !== "=" ? "< " : text;
      case TokenType.BadString:
      case TokenType.BadURL:
      case TokenType.CDO:
      case TokenType.CDC:
      case TokenType.Comment:
        return " ";
      case TokenType.EOF:
        return "";
      default:
        return text;
    }
  }

  #image(source: string): string {
    return quoted(this.#images.resolve(source) ?? "about:invalid");
  }

  /** An import ends with its semicolon; a block or the end of the rule around it ends it too. */
  #skipStatement(): void {
    let depth = 0;
    for (; this.#at < this.#tokens.length; this.#at++) {
      const [type] = this.#tokens[this.#at] as CSSToken;
      if (type === TokenType.Function || type === TokenType.OpenParen) depth++;
      else if (type === TokenType.CloseParen) depth--;
      else if (depth <= 0 && (type === TokenType.OpenCurly || type === TokenType.CloseCurly)) return;
      else if (depth <= 0 && type === TokenType.Semicolon) {
        this.#at++;
        return;
      }
    }
  }

  /** What is asked about the colour scheme, and what is said about it, becomes what the view must show. */
  #identifier(name: string): string | undefined {
    const scheme = this.#scheme;
    if (scheme === undefined) return undefined;
    if (name === "prefers-color-scheme") {
      const [asked, end] = this.#valueAhead();
      if (asked.length !== 1) return undefined;
      this.#at = end;
      return asked[0] === scheme ? "min-width:0" : "min-width:99999999px";
    }
    if (name !== "color-scheme") return undefined;
    const [named, end] = this.#valueAhead();
    if (!named.includes(scheme)) return undefined;
    this.#at = end;
    return `color-scheme:${scheme}`;
  }

  /** The words behind the next colon, and the place after them; no words if there is no colon. */
  #valueAhead(): [words: readonly string[], end: number] {
    const words: string[] = [];
    let at = this.#at;
    let colon = false;
    for (; at < this.#tokens.length; at++) {
      const token = this.#tokens[at] as CSSToken;
      if (token[0] === TokenType.Whitespace || token[0] === TokenType.Comment) continue;
      if (token[0] === TokenType.Colon && !colon) colon = true;
      else if (token[0] === TokenType.Ident && colon) words.push(token[4].value.toLowerCase());
      else break;
    }
    return [words, at];
  }
}

/** The functions whose strings are URLs. */
const loading: ReadonlySet<string> = new Set(["url", "src", "image", "image-set", "-webkit-image-set"]);

/** The rules that name a URL without a function. */
const importing: ReadonlySet<string> = new Set(["import", "namespace", "charset"]);

/** A string of CSS, with everything escaped that means something to CSS or HTML. */
function quoted(text: string): string {
  return `"${text.replace(/["\\<\n\r\f]/g, (character) => `\\${character.charCodeAt(0).toString(16)} `)}"`;
}
