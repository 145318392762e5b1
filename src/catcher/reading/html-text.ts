import { attributeOf, readShown } from "./html-tokens.ts";

/**
 * The words of HTML, with spaces between those of different blocks.
 *
 * @param links whether the addresses of links are part of it
 */
export function htmlText(html: string, links: boolean): string {
  const pieces: string[] = [];
  let link = "";
  readShown(html, {
    text: (text) => pieces.push(text),
    open: (name, attributes) => {
      if (separating.has(name)) pieces.push(" ");
      else if (name === "a" && links) {
        const href = attributeOf(attributes, "href") ?? "";
        link = /^http/i.test(href) ? ` ${href} ` : "";
      }
    },
    close: (name) => {
      if (separating.has(name)) pieces.push(" ");
      else if (name === "a" && link !== "") {
        pieces.push(link);
        link = "";
      }
    },
  });
  return pieces.join("");
}

const separating: ReadonlySet<string> = new Set(
  (
    "address article aside blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr img li main nav ol p pre " +
    "section table td tfoot th thead tr ul video"
  ).split(" "),
);
