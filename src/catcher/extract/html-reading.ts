import { beginningOf } from "../../text/beginning.ts";
import { type HtmlAttributes, type HtmlVisitor, readHtml } from "../html/html-reader.ts";

/** What a reader of an HTML mail sees, and where its links lead. */
export interface HtmlReading {
  /** The beginning of the text, with a line for each block and each row of a table. */
  readonly text: string;
  /** The links in their order, as they are written. */
  readonly links: readonly { readonly href: string; readonly text: string }[];
}

/** Reads the text and the links of HTML. What styles hide is read too. What is large is read in slices. */
export async function htmlReading(html: string): Promise<HtmlReading> {
  const reader = new ReadingVisitor();
  await readHtml(html, reader);
  // A link may be open to the end.
  reader.endLink();
  return { text: reader.all.text, links: reader.links };
}

/** Text in pieces, of which the beginning is kept. */
class Beginning {
  readonly #most: number;
  readonly #pieces: string[] = [];
  #length = 0;

  /** @param most how many characters are kept */
  constructor(most: number) {
    this.#most = most;
  }

  add(piece: string): void {
    if (this.#length >= this.#most) return;
    this.#pieces.push(beginningOf(piece, this.#most - this.#length));
    this.#length += piece.length;
  }

  /** What is kept, tidy. */
  get text(): string {
    return tidy(this.#pieces.join(""));
  }
}

class ReadingVisitor implements HtmlVisitor {
  readonly links: { readonly href: string; text: string }[] = [];
  readonly all = new Beginning(MOST_TEXT);
  /** The link that is open, and its text. */
  #link: { readonly href: string; readonly label: Beginning } | undefined;
  #preformatted = 0;

  text(characters: string): void {
    this.#add(this.#preformatted > 0 ? characters : characters.replace(/[ \t\r\n\f]+/g, " "));
  }

  open(name: string, attributes: HtmlAttributes): void {
    const href = attributes.get("href");
    if (name === "a" || name === "area") this.endLink();
    if (name === "a" && href !== undefined) this.#link = { href, label: new Beginning(10 * LONGEST_LABEL) };
    else if (name === "area" && href !== undefined)
      this.links.push({ href, text: attributes.get("alt") ?? "" });
    else if (name === "img") this.#add(attributes.get("alt") ?? "");
    else if (name === "pre") this.#preformatted++;
    this.#separate(name);
  }

  close(name: string): void {
    if (name === "a") this.endLink();
    if (name === "pre") this.#preformatted = Math.max(0, this.#preformatted - 1);
    this.#separate(name);
  }

  style(): void {}

  endLink(): void {
    if (this.#link === undefined) return;
    const { href, label } = this.#link;
    this.links.push({ href, text: beginningOf(label.text.replaceAll("\n", " "), LONGEST_LABEL) });
    this.#link = undefined;
  }

  #separate(name: string): void {
    if (name === "td" || name === "th") this.#add(" ");
    else if (lines.has(name)) this.#add("\n");
  }

  #add(piece: string): void {
    this.all.add(piece);
    this.#link?.label.add(piece);
  }
}

const lines: ReadonlySet<string> = new Set(
  (
    "address article aside blockquote body br caption center dd div dl dt fieldset figcaption figure footer h1 h2 h3 " +
    "h4 h5 h6 header hr li main nav ol p pre section table tbody tfoot thead tr ul"
  ).split(" "),
);

/** How much of the text, and of the text of a link, is read. */
const MOST_TEXT = 500_000;
const LONGEST_LABEL = 500;

/** Without characters that show nothing, blanks at the ends of lines, and empty lines. */
function tidy(text: string): string {
  return text
    .replace(/\p{Cf}|\u034f/gu, "")
    .split("\n")
    .map((line) => line.replace(/[\s\u00a0]+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}
