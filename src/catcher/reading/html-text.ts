import { attributeOf, shownTokens } from "./html-tokens.ts";

/** What of HTML becomes text. */
export interface HtmlTextOptions {
  /** Whether the addresses of links do. */
  readonly links?: boolean;
  /** How many characters are enough. */
  readonly most?: number;
}

/** The words of HTML, in one line: for searching, and for a line of a list. */
export function htmlText(
  html: string,
  { links = false, most = Number.POSITIVE_INFINITY }: HtmlTextOptions = {},
): string {
  const pieces: string[] = [];
  let length = 0;
  let link = "";
  for (const token of shownTokens(html)) {
    let piece = "";
    if (token.kind === "raw") continue;
    if (token.kind === "text") piece = token.text;
    else if (token.name === "a" && links) {
      if (token.kind === "open") {
        const href = attributeOf(token.attributes, "href") ?? "";
        link = /^http/i.test(href) ? ` ${href} ` : "";
      } else {
        piece = link;
        link = "";
      }
    } else if (SEPARATING.has(token.name)) piece = " ";
    if (piece === "") continue;
    pieces.push(piece);
    length += piece.length;
    if (length > most) break;
  }
  return pieces.join("").replace(INVISIBLE, " ").trim();
}

/** Blanks, controls, and characters that show nothing. */
const INVISIBLE = /[\p{C}\p{Z}\s]+/gu;

const SEPARATING = new Set(
  "address article aside blockquote br dd div dl dt footer h1 h2 h3 h4 h5 h6 header hr img li main nav ol p pre section table td tfoot th thead tr ul video".split(
    " ",
  ),
);
