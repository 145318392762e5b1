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
  const shown = htmlText(source, { links: true }) || plainOf(texts);
  return {
    attachments: attachments.length,
    inlines: inlines.length,
    snippet: snippetOf(source.trim() === "" ? plainOf(texts) : htmlText(source, { most: 4 * SNIPPET })),
    words: searchableText([shown, ...attachments.map(({ fileName }) => fileName)].join(" ")),
  };
}

/** The plain texts of a mail as one. */
export function plainOf(texts: readonly Part[]): string {
  return texts.map(({ text }) => text).join("\n--\n");
}

/** At most 200 octets, and no half character. */
function snippetOf(text: string): string {
  // Only the beginning can count.
  const line = text
    .slice(0, 10 * SNIPPET)
    .replace(/[\s\ufeff]+/g, " ")
    .trim();
  const octets = Buffer.from(line);
  if (octets.length <= SNIPPET) return line;
  let end = SNIPPET;
  while (end > 0 && ((octets[end] as number) & 0xc0) === 0x80) end--;
  return `${octets.subarray(0, end)}...`;
}

const SNIPPET = 200;
