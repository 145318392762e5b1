import { decodeWords as decodeUtf8Words } from "postal-mime";
import { decodeBody } from "../../../mime/reading/transfer-encoding.ts";
import type { TextDecoding } from "../../../text/charsets/web-charset.ts";

/** Decodes the encoded words of a text (RFC 2047). */
export function decodeWords(text: string, decode: TextDecoding): string {
  if (!text.includes("=?")) return text;
  return decodeUtf8Words(withUtf8Words(text.slice(0, LONGEST), decode)) + text.slice(LONGEST);
}

/** The same text with its encoded words in UTF-8, the charset that postal-mime decodes correctly. */
export function withUtf8Words(text: string, decode: TextDecoding): string {
  if (!text.includes("=?")) return text;
  const pieces: string[] = [];
  let run: Run | undefined;
  let at = 0;
  const finish = (): void => {
    if (run !== undefined) pieces.push(wordOf(run, decode));
    run = undefined;
  };
  for (const match of text.matchAll(WORD)) {
    const [whole, charset = "", encoding = "", content = ""] = match;
    const between = text.slice(at, match.index);
    const octets = octetsOf(content, encoding);
    if (run?.charset === charset.toLowerCase() && /^[ \t\r\n]*$/.test(between)) {
      // A character may begin in one word and end in the next; spaces between words are not part of the text.
      run.octets.push(octets);
    } else {
      finish();
      pieces.push(between);
      run = { charset: charset.toLowerCase(), octets: [octets] };
    }
    at = match.index + whole.length;
  }
  finish();
  pieces.push(text.slice(at));
  return pieces.join("");
}

/** How much of a text is decoded; the rest stays as it is. */
const LONGEST = 65_536;

interface Run {
  readonly charset: string;
  readonly octets: Buffer[];
}

function wordOf({ charset, octets }: Run, decode: TextDecoding): string {
  const text = decode(Buffer.concat(octets), charset);
  return text === "" ? "" : `=?utf-8?B?${Buffer.from(text).toString("base64")}?=`;
}

function octetsOf(content: string, encoding: string): Buffer {
  if (encoding.toUpperCase() === "B") return decodeBody(Buffer.from(content), "base64");
  return decodeBody(Buffer.from(content.replace(/[_ \t]/g, "=20")), "quoted-printable");
}

/** With the charset, without the language (RFC 2231 5). */
const WORD = /=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([QqBb])\?([^?]*)\?=/g;
