import { readStructure } from "../../mime/reading/entity.ts";
import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { searchableText } from "../search/searchable-text.ts";
import { htmlText } from "./html-text.ts";
import { type MailBody, mailBody } from "./mail-body.ts";
import { Part } from "./part.ts";

/** What a list needs to know of the body of a mail. */
export interface ContentFacts {
  /** How many attachments and inline parts there are. */
  readonly attachments: number;
  readonly inlines: number;
  /** The beginning of the text, in one line. */
  readonly snippet: string;
}

/** Reads the parts of a mail. */
export function readBody(raw: Buffer, decode: TextDecoding): MailBody {
  return mailBody(new Part(readStructure(raw).message, decode));
}

/** Reads what a list needs of the body of a mail. */
export function readContentFacts(raw: Buffer, decode: TextDecoding): ContentFacts {
  const body = readBody(raw, decode);
  const source = body.html?.text.slice(0, SNIPPET_SOURCE) ?? "";
  return {
    attachments: body.attachments.length,
    inlines: body.inlines.length,
    // Only the beginning can count.
    snippet: snippetOf(htmlText(source, { most: SNIPPET_TEXT })) || snippetOf(shownText(body)),
  };
}

/** The text and the names of attachments, as a search compares them. */
export function readBodyWords(raw: Buffer, decode: TextDecoding): string {
  const body = readBody(raw, decode);
  const names = body.attachments.map(({ fileName }) => fileName);
  return searchableText([shownText(body), ...names].join(" "));
}

/** The text of the HTML with the addresses of its links, or else the plain texts. */
function shownText({ html, texts }: MailBody): string {
  const words = html === undefined ? "" : htmlText(html.text, { links: true });
  return /\S/.test(words) ? words : plainOf(texts);
}

/** The plain texts of a mail as one. */
export function plainOf(texts: readonly Part[]): string {
  return texts.map(({ text }) => text).join("\n--\n");
}

/** At most 200 octets, and no half character. */
function snippetOf(text: string): string {
  // Most texts have few blanks in a row.
  const short = cut(oneLine(text, 3 * SNIPPET));
  if (short !== undefined) return short;
  const line = oneLine(text, SNIPPET_TEXT);
  return cut(line) ?? line;
}

function oneLine(text: string, length: number): string {
  return text.slice(0, length).replace(INVISIBLE, " ").trim();
}

/** The beginning of a line. @returns `undefined` if it is not longer than that. */
function cut(line: string): string | undefined {
  const octets = Buffer.from(line);
  if (octets.length <= SNIPPET) return undefined;
  let end = SNIPPET;
  while (end > 0 && ((octets[end] as number) & 0xc0) === 0x80) end--;
  return `${octets.subarray(0, end)}...`;
}

/** Blanks, controls, and characters that show nothing; but a space between two others stays as it is. */
const INVISIBLE = /(?! [^\p{C}\p{Z}\s])[\p{C}\p{Z}\s]+/gu;

const SNIPPET = 200;

/** How much of a text is read for the snippet. */
const SNIPPET_TEXT = 20 * SNIPPET;

/** How much of the HTML is read for the snippet. Style sheets before the text can be long. */
const SNIPPET_SOURCE = 20_000;
