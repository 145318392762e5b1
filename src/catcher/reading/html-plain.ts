import { attributeOf, readShownInSlices } from "./html-tokens.ts";

/** HTML as plain text, for a mail that has no text of its own: paragraphs, lists, and the addresses of links. */
export async function htmlPlain(html: string): Promise<string> {
  const writer = new PlainWriter();
  const hrefs: string[] = [];
  const tag = (name: string): void => {
    if (name === "br") writer.line();
    else if (name === "hr") writer.rule();
    else if (PARAGRAPHS.has(name)) writer.paragraph();
    else if (LINES.has(name)) writer.line();
    else if (name === "td" || name === "th") writer.text(" ");
  };
  await readShownInSlices(html, {
    text: (text) => writer.text(text),
    open: (name, attributes) => {
      if (name === "a") hrefs.push(attributeOf(attributes, "href") ?? "");
      else if (name === "img") writer.text(attributeOf(attributes, "alt") ?? "");
      else if (name === "li") writer.item();
      else tag(name);
    },
    close: (name) => {
      if (name === "a") writer.link(hrefs.pop() ?? "");
      else tag(name);
    },
  });
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
