import { type HtmlAttributes, type HtmlVisitor, readHtml } from "../html/html-reader.ts";

/** What a reader of an HTML mail sees, and where its links lead. */
export interface HtmlReading {
  /** The text, with a line for each block and each row of a table. */
  readonly text: string;
  /** The links in their order, as they are written. */
  readonly links: readonly { readonly href: string; readonly text: string }[];
}

/** Reads the text and the links of HTML. What styles hide is read too. */
export function htmlReading(html: string): HtmlReading {
  const reader = new ReadingVisitor();
  readHtml(html, reader);
  return { text: tidy(reader.pieces.join("")), links: reader.links };
}

class ReadingVisitor implements HtmlVisitor {
  readonly pieces: string[] = [];
  readonly links: { readonly href: string; text: string }[] = [];
  /** The link that is open, and where its text begins. */
  #link: { readonly index: number; readonly begin: number } | undefined;
  #preformatted = 0;

  text(characters: string): void {
    this.pieces.push(this.#preformatted > 0 ? characters : characters.replace(/[ \t\r\n\f]+/g, " "));
  }

  open(name: string, attributes: HtmlAttributes): void {
    const href = attributes.get("href");
    if (name === "a" || name === "area") this.#endLink();
    if (name === "a" && href !== undefined) {
      this.#link = { index: this.links.length, begin: this.pieces.length };
      this.links.push({ href, text: "" });
    } else if (name === "area" && href !== undefined)
      this.links.push({ href, text: attributes.get("alt") ?? "" });
    else if (name === "img") this.pieces.push(attributes.get("alt") ?? "");
    else if (name === "pre") this.#preformatted++;
    this.#separate(name);
  }

  close(name: string): void {
    if (name === "a") this.#endLink();
    if (name === "pre") this.#preformatted = Math.max(0, this.#preformatted - 1);
    this.#separate(name);
  }

  style(): void {}

  #separate(name: string): void {
    if (name === "td" || name === "th") this.pieces.push(" ");
    else if (lines.has(name)) this.pieces.push("\n");
  }

  #endLink(): void {
    if (this.#link === undefined) return;
    const link = this.links[this.#link.index];
    if (link !== undefined)
      link.text = tidy(this.pieces.slice(this.#link.begin).join(""))
        .replaceAll("\n", " ")
        .slice(0, LONGEST_TEXT);
    this.#link = undefined;
  }
}

const lines: ReadonlySet<string> = new Set(
  (
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer h1 h2 h3 " +
    "h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul"
  ).split(" "),
);

const LONGEST_TEXT = 500;

/** Without characters that show nothing, blanks at the ends of lines, and empty lines. */
function tidy(text: string): string {
  return text
    .replace(/\p{Cf}|\u034f/gu, "")
    .split("\n")
    .map((line) => line.replace(/[\s\u00a0]+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}
