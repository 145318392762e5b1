import { type Token, Tokenizer, TokenizerMode } from "parse5";
import { inSlices } from "../in-slices.ts";

/** Gets the tags and the text of HTML, in their order. */
export interface HtmlVisitor {
  /** Text, with its character references decoded. It may come in several pieces. */
  text(characters: string): void;
  /** A start tag. Names are in lower case; an attribute that is given twice has its first value. */
  open(name: string, attributes: HtmlAttributes): void;
  /** An end tag. */
  close(name: string): void;
  /** The content of a style element, whose start and end tags are not reported. */
  style(css: string, attributes: HtmlAttributes): void;
}

/** The attributes of a tag by their names. */
export type HtmlAttributes = ReadonlyMap<string, string>;

/**
 * Reads HTML as a browser without scripts does, token by token. No tree is made, so time and memory grow with the size
 * of the HTML alone, however it is nested, and what is large is read in slices. Comments, scripts, titles, templates,
 * and the fallbacks of frames are left out.
 *
 * @param signal ends the reading, because nobody needs it any more
 * @throws the reason of the signal if it is aborted.
 */
export async function readHtml(html: string, visitor: HtmlVisitor, signal?: AbortSignal): Promise<void> {
  const reader = new Reader(visitor);
  await inSlices(piecesOf(html, reader), (piece) => void reader.read(piece), signal);
  reader.end();
}

/** A piece joins what the reader keeps, so all of that is copied: pieces grow with it, so that this happens seldom. */
function* piecesOf(html: string, reader: Reader): Generator<string, void, void> {
  let at = 0;
  while (at < html.length) {
    const begin = at;
    at += Math.max(PIECE, Math.ceil(reader.kept / 8));
    yield html.slice(begin, at);
  }
}

/** How many characters are read at a time, at least. */
const PIECE = 32_768;

class Reader {
  readonly #visitor: HtmlVisitor;
  readonly #tokenizer: Tokenizer;
  /** How many templates are open. */
  #templates = 0;
  /** The element whose text is collected or left out, up to its end tag. */
  #raw: { readonly name: string; readonly attributes: HtmlAttributes; readonly pieces: string[] } | undefined;

  constructor(visitor: HtmlVisitor) {
    this.#visitor = visitor;
    const ignore = (): void => {};
    this.#tokenizer = new Tokenizer(
      {},
      {
        onStartTag: (token) => this.#open(token),
        onEndTag: ({ tagName }) => this.#close(tagName),
        onCharacter: ({ chars }) => this.#text(chars),
        onWhitespaceCharacter: ({ chars }) => this.#text(chars),
        onNullCharacter: ignore,
        onComment: ignore,
        onDoctype: ignore,
        onEof: () => this.#endRaw(),
      },
    );
  }

  /** How many characters of the pieces are kept, because a tag, a comment or a text may not have ended yet. */
  get kept(): number {
    return this.#tokenizer.preprocessor.html.length;
  }

  read(piece: string): void {
    this.#tokenizer.write(piece, false);
  }

  end(): void {
    this.#tokenizer.write("", true);
  }

  #open({ tagName, attrs }: Token.TagToken): void {
    const name = aliases.get(tagName) ?? tagName;
    const mode = modes.get(tagName);
    if (mode !== undefined) this.#tokenizer.state = mode;
    const attributes = new Map(attrs.map((attribute) => [attribute.name, attribute.value]));
    if (unshown.has(tagName)) this.#raw = { name: tagName, attributes, pieces: [] };
    else if (tagName === "template") this.#templates++;
    else if (this.#templates === 0) this.#visitor.open(name, attributes);
  }

  #close(tagName: string): void {
    if (this.#raw?.name === tagName) this.#endRaw();
    else if (tagName === "template") this.#templates = Math.max(0, this.#templates - 1);
    else if (this.#templates === 0) this.#visitor.close(aliases.get(tagName) ?? tagName);
  }

  #text(characters: string): void {
    if (this.#raw?.name === "style") this.#raw.pieces.push(characters);
    else if (this.#raw === undefined && this.#templates === 0) this.#visitor.text(characters);
  }

  #endRaw(): void {
    const raw = this.#raw;
    this.#raw = undefined;
    if (raw?.name === "style" && this.#templates === 0)
      this.#visitor.style(raw.pieces.join(""), raw.attributes);
  }
}

/** Elements that browsers take for others. */
const aliases: ReadonlyMap<string, string> = new Map([
  ["image", "img"],
  ["listing", "pre"],
  ["plaintext", "pre"],
  ["xmp", "pre"],
]);

/** How the content of elements is read, if they are not made of tags. */
const modes: ReadonlyMap<string, Tokenizer["state"]> = new Map([
  ["title", TokenizerMode.RCDATA],
  ["textarea", TokenizerMode.RCDATA],
  ["style", TokenizerMode.RAWTEXT],
  ["xmp", TokenizerMode.RAWTEXT],
  ["iframe", TokenizerMode.RAWTEXT],
  ["noembed", TokenizerMode.RAWTEXT],
  ["noframes", TokenizerMode.RAWTEXT],
  ["script", TokenizerMode.SCRIPT_DATA],
  ["plaintext", TokenizerMode.PLAINTEXT],
]);

/** Those of them whose content browsers do not show. */
const unshown: ReadonlySet<string> = new Set(["title", "style", "iframe", "noembed", "noframes", "script"]);
