import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { decodeBody } from "./transfer-encoding.ts";

/** Decodes the encoded words of a text (RFC 2047). */
export function decodeWords(text: string, decode: TextDecoding): string {
  if (!text.includes("=?")) return text;
  const segments = readSegments(text.slice(0, LONGEST), decode);
  // White space between two words is not part of the text.
  const shown = segments.filter(
    ({ word, text }, at) =>
      word || !BLANK.test(text) || segments[at - 1]?.word !== true || segments[at + 1]?.word !== true,
  );
  return shown.map(({ text }) => text).join("") + text.slice(LONGEST);
}

/** The same text with its encoded words in UTF-8, the charset that postal-mime decodes correctly. */
export function withUtf8Words(text: string, decode: TextDecoding): string {
  if (!text.includes("=?")) return text;
  const words = readSegments(text, decode).map(({ word, text }) =>
    word && text !== "" ? `=?utf-8?B?${Buffer.from(text).toString("base64")}?=` : text,
  );
  return words.join("");
}

/** How much of a text is decoded; the rest stays as it is. */
const LONGEST = 65_536;

/** A decoded word, or the text between two of them. */
interface Segment {
  readonly word: boolean;
  readonly text: string;
}

interface Run {
  readonly charset: string;
  readonly octets: Buffer[];
}

function readSegments(text: string, decode: TextDecoding): Segment[] {
  const segments: Segment[] = [];
  let run: Run | undefined;
  let at = 0;
  const finish = (): void => {
    if (run !== undefined)
      segments.push({ word: true, text: decode(Buffer.concat(run.octets), run.charset) });
    run = undefined;
  };
  for (const match of text.matchAll(WORD)) {
    const [whole, charset = "", encoding = "", content = ""] = match;
    const between = text.slice(at, match.index);
    const octets = octetsOf(content, encoding);
    if (run?.charset === charset.toLowerCase() && BLANK.test(between)) {
      // A character may begin in one word and end in the next; spaces between words are not part of the text.
      run.octets.push(octets);
    } else {
      finish();
      if (between !== "") segments.push({ word: false, text: between });
      run = { charset: charset.toLowerCase(), octets: [octets] };
    }
    at = match.index + whole.length;
  }
  finish();
  segments.push({ word: false, text: text.slice(at) });
  return segments;
}

function octetsOf(content: string, encoding: string): Buffer {
  if (encoding.toUpperCase() === "B") return decodeBody(Buffer.from(content), "base64");
  return decodeBody(Buffer.from(content.replace(/[_ \t]/g, "=20")), "quoted-printable");
}

const BLANK = /^[ \t\r\n]*$/;

/** With the charset, without the language (RFC 2231 5). */
const WORD = /=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([QqBb])\?([^?]*)\?=/g;
