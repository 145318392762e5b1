import { attributeOf, shownTokens } from "./html-tokens.ts";

/** HTML as plain text, for a mail that has no text of its own: paragraphs, lists, and the addresses of links. */
export function htmlPlain(html: string): string {
  const writer = new PlainWriter();
  const hrefs: string[] = [];
  for (const token of shownTokens(html)) {
    if (token.kind === "raw") continue;
    if (token.kind === "text") writer.text(token.text);
    else if (token.name === "br") writer.line();
    else if (token.name === "a") {
      if (token.kind === "open") hrefs.push(attributeOf(token.attributes, "href") ?? "");
      else writer.link(hrefs.pop() ?? "");
    } else if (token.name === "img") writer.text(attributeOf(token.attributes, "alt") ?? "");
    else if (token.name === "hr") writer.rule();
    else if (token.name === "li" && token.kind === "open") writer.item();
    else if (PARAGRAPHS.has(token.name)) writer.paragraph();
    else if (LINES.has(token.name)) writer.line();
    else if (token.name === "td" || token.name === "th") writer.text(" ");
  }
  return writer.finish();
}

class PlainWriter {
  readonly #pieces: string[] = [];
  /** How many line ends stand at the end. */
  #ends = 2;
  #blank = true;

  text(text: string): void {
    const words = text.replace(/\s+/g, " ");
    const shown = this.#blank ? words.trimStart() : words;
    if (shown === "") return;
    this.#pieces.push(shown);
    this.#ends = 0;
    this.#blank = shown.endsWith(" ");
  }

  link(href: string): void {
    if (!/^(?:https?:|mailto:|tel:)/i.test(href)) return;
    this.text(this.#blank ? `( ${href} )` : ` ( ${href} )`);
  }

  line(): void {
    this.#end(1);
  }

  paragraph(): void {
    this.#end(2);
  }

  item(): void {
    this.#end(1);
    this.text("* ");
  }

  rule(): void {
    this.#end(1);
    this.text("-".repeat(40));
    this.#end(1);
  }

  finish(): string {
    return this.#pieces.join("").replace(/ +\n/g, "\n").trim();
  }

  #end(count: number): void {
    if (this.#pieces.length === 0) return;
    while (this.#ends < count) {
      this.#pieces.push("\n");
      this.#ends++;
    }
    this.#blank = true;
  }
}

const PARAGRAPHS = new Set("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre".split(" "));
const LINES = new Set("div tr section article header footer main nav aside address dt dd li".split(" "));
