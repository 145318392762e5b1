import { readStructure } from "../../mime/reading/entity.ts";
import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { searchableText } from "../search/searchable-text.ts";
import { htmlText } from "./html-text.ts";
import { type MailBody, mailBody } from "./mail-body.ts";
import { Part } from "./part.ts";

/** What a list and a search need to know of the body of a mail. */
export interface ContentFacts {
  /** How many attachments and inline parts there are. */
  readonly attachments: number;
  readonly inlines: number;
  /** The beginning of the text, in one line. */
  readonly snippet: string;
  /** The text and the names of attachments, as a search compares them. */
  readonly words: string;
}

/** Reads the parts of a mail. */
export function readBody(raw: Buffer, decode: TextDecoding): MailBody {
  return mailBody(new Part(readStructure(raw).message, decode));
}

/** Reads the body of a mail. */
export function readContentFacts(raw: Buffer, decode: TextDecoding): ContentFacts {
  const { texts, html, attachments, inlines } = readBody(raw, decode);
  const source = html?.text ?? "";
  const words = htmlText(source, true);
  const shown = /\S/.test(words) ? words : plainOf(texts);
  const names = attachments.map(({ fileName }) => fileName);
  return {
    attachments: attachments.length,
    inlines: inlines.length,
    // Only the beginning can count.
    snippet: snippetOf(htmlText(source.slice(0, SNIPPET_SOURCE), false)) || snippetOf(shown),
    words: searchableText([shown, ...names].join(" ")),
  };
}

/** The plain texts of a mail as one. */
export function plainOf(texts: readonly Part[]): string {
  return texts.map(({ text }) => text).join("\n--\n");
}

/** At most 200 octets, and no half character. */
function snippetOf(text: string): string {
  const line = text
    .slice(0, 20 * SNIPPET)
    .replace(INVISIBLE, " ")
    .trim();
  const octets = Buffer.from(line);
  if (octets.length <= SNIPPET) return line;
  let end = SNIPPET;
  while (end > 0 && ((octets[end] as number) & 0xc0) === 0x80) end--;
  return `${octets.subarray(0, end)}...`;
}

/** Blanks, controls, and characters that show nothing. */
const INVISIBLE = /[\p{C}\p{Z}\s]+/gu;

const SNIPPET = 200;

/** How much of the HTML is read for the snippet. Style sheets before the text can be long. */
const SNIPPET_SOURCE = 20_000;
