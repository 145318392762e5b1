import { attributeOf, readShown } from "./html-tokens.ts";

/** How HTML is read as text. */
export interface HtmlTextOptions {
  /** Whether the addresses of links are part of it. */
  readonly links?: boolean;
  /** How much text is needed: the rest may be left out. */
  readonly most?: number;
}

/** The words of HTML, with spaces between those of different blocks. */
export function htmlText(
  html: string,
  { links = false, most = Number.POSITIVE_INFINITY }: HtmlTextOptions = {},
): string {
  const pieces: string[] = [];
  let length = 0;
  let link = "";
  const add = (text: string): void => {
    pieces.push(text);
    length += text.length;
  };
  readShown(html, {
    text: add,
    open: (name, attributes) => {
      if (separating.has(name)) add(" ");
      else if (name === "a" && links) {
        const href = attributeOf(attributes, "href") ?? "";
        link = /^http/i.test(href) ? ` ${href} ` : "";
      }
    },
    close: (name) => {
      if (separating.has(name)) add(" ");
      else if (name === "a" && link !== "") {
        add(link);
        link = "";
      }
    },
    enough: () => length >= most,
  });
  return pieces.join("");
}

const separating: ReadonlySet<string> = new Set(
  (
    "address article aside blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr img li main nav ol p pre " +
    "section table td tfoot th thead tr ul video"
  ).split(" "),
);
