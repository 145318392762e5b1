import type { Entity } from "../mime/reading/entity.ts";
import { type HeadBudget, type ParsedHeader, readFields } from "../mime/reading/head.ts";
import { decodeBody } from "../mime/reading/transfer-encoding.ts";
import { guessText } from "../text/charsets/web-charset.ts";
import { beginningInWords } from "./beginning-in-words.ts";
import type { Original } from "./original.ts";

/** The text that a server wrote for people, and the mail that it quotes below. */
export interface Notice {
  readonly lines: readonly string[];
  /** The header of the mail that was sent, from the part with it or from below the text. */
  readonly original: readonly ParsedHeader[];
}

/** What is known of a mail that may be a report without a form. */
export interface NoticeReport {
  readonly fields: readonly ParsedHeader[];
  /** Decoded. */
  readonly subject: string;
  readonly lines: readonly string[];
  readonly original: Original;
}

/**
 * Finds the text of a report: that of its parts before the original, up to the line where a mail is quoted. Only the
 * first 256 KiB and 5,000 lines are read, and 2,000 characters of a line.
 */
export function readNotice(entity: Entity): Notice {
  const parts = leaves(entity);
  const attached = parts.findIndex((part) => isOriginal(part) || (part !== entity && isBareOriginal(part)));
  const before = attached < 0 ? parts : parts.slice(0, attached);
  const plain = before.filter(isPlain);
  const texts = plain.some(({ body }) => body.length > 2)
    ? plain
    : before.filter(({ type }) => type.value === "text/html");
  const text = beginningInWords(texts.map(textOf).join("\n"), longest);
  const lines = text
    .split(/\r\n|\n|\r/, mostLines)
    .map((line) => beginningInWords(line, longestLine).trimEnd());
  const at = beginOfOriginal(lines);
  const original = parts[attached];
  return {
    lines: lines.slice(0, at),
    original: original === undefined ? headerOf(Buffer.from(lines.slice(at).join("\n"))) : headerIn(original),
  };
}

function headerIn(part: Entity): readonly ParsedHeader[] {
  return isOriginal(part) ? headerOf(decodeBody(part.body, part.encoding)) : part.fields;
}

/** The fields up to the first empty line; empty lines before the first field do not count. */
function headerOf(octets: Buffer): readonly ParsedHeader[] {
  const budget: HeadBudget = { octets: longest, fields: mostLines };
  let begin = 0;
  while (
    begin < octets.length &&
    (octets[begin] === 0x0a || octets[begin] === 0x0d || octets[begin] === 0x20)
  )
    begin++;
  const ends = [octets.indexOf("\n\n", begin), octets.indexOf("\r\n\r\n", begin)].filter((end) => end >= 0);
  const end = Math.min(octets.length, begin + longest, ...ends.map((each) => each + 1));
  return readFields(octets.subarray(begin, end), budget).fields;
}

/** The parts that have no parts, in their order. */
export function leaves(entity: Entity): Entity[] {
  const found: Entity[] = [];
  const waiting = [entity];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.parts.length === 0) found.push(next);
    for (let at = next.parts.length - 1; at >= 0; at--) waiting.push(next.parts[at] as Entity);
  }
  return found;
}

/** Whether a part is the mail that was sent, or its header (RFC 3462, RFC 6533). */
function isOriginal({ type }: Entity): boolean {
  return /^(?:message\/(?:rfc822|global|partial|news)|(?:text|message)\/(?:rfc822-?headers?|global-headers))$/.test(
    type.value,
  );
}

/** Some servers put the mail into a part as it is, so that the header of the part is that of the mail. */
function isBareOriginal({ fields }: Entity): boolean {
  return fields.some(({ name }) => /^(?:received|return-path)$/i.test(name));
}

const longest = 256 * 1024;
const mostLines = 5_000;
const longestLine = 2_000;

/** Also the fields of a report, and a multipart that has no parts because its boundary is wrong. */
function isPlain({ type: { value } }: Entity): boolean {
  return (
    /^text\/plain\b/.test(value) || value.startsWith("multipart/") || value === "message/delivery-status"
  );
}

function textOf({ body, encoding, type }: Entity): string {
  const octets = decodeBody(body.subarray(0, 2 * longest), encoding);
  // The word at the end may be cut off, and within a character: the text would be no UTF-8 any more.
  const whole = body.length > 2 * longest ? octets.subarray(0, lastBlank(octets)) : octets;
  const text = guessText(whole);
  return type.value === "text/html" ? withoutTags(text) : text;
}

function lastBlank(octets: Buffer): number {
  return Math.max(octets.lastIndexOf("\n"), octets.lastIndexOf(" "), 0);
}

/** The text of HTML, good enough for finding addresses and codes. */
function withoutTags(html: string): string {
  return html
    .replace(/<(?:br|p|div|tr|li|h\d|table)\b[^<>]*>/gi, "\n")
    .replace(/<[^<>@]*>/g, " ")
    .replace(/&lt;/gi, "<")
    .replace(/&gt;/gi, ">")
    .replace(/&(?:nbsp|#160);/gi, " ")
    .replace(/&quot;/gi, '"')
    .replace(/&amp;/gi, "&");
}

/** The index of the line where the mail that was sent begins, or of the end. */
function beginOfOriginal(lines: readonly string[]): number {
  for (const [at, line] of lines.entries()) {
    if (separator.test(line)) return at + 1;
    if (/^(?:Received|Return-Path): ?\S/i.test(line)) return beginOfHead(lines, at);
  }
  return lines.length;
}

/** Fields may stand above the first that is certain to be one. */
function beginOfHead(lines: readonly string[], from: number): number {
  let at = from;
  while (at > 0 && /^(?:[\w-]+:|[ \t]+\S)/.test(lines[at - 1] ?? "")) at--;
  return at;
}

/** What servers write above the mail that they quote. */
const separator: RegExp =
  /^[\s>*=_#.:-]*(?:(?:this|here|below(?: this line)?) is a copy of (?:the|your)(?: original)? (?:message|mail|header)[^:]{0,60}|(?:included is a )?copy of (?:the |your )?(?:original )?(?:message|mail)|a copy of (?:the|your)(?: original)? (?:message|mail)|(?:the )?(?:headers?|body|text|beginning|content|first \d+ lines) (?:and (?:body|headers?|first \d+ lines) )?of (?:the|your)(?: original)? (?:message|mail)|(?:your |the )?original (?:message|mail|e-?mail)(?: headers?| text)?(?: \([^)]*\))?(?: is)? ?(?:follows|attached|below|header)?|(?:the )?(?:un(?:sent|delivered|deliverable)|returned|rejected|bounced|failed|message) (?:message|mail|e-?mail|text|header)s?(?: follows?)?|message (?:headers?|text|contents?|body)(?: follows?)?|returned (?:mail|message)(?: follows?)?|below (?:this line )?(?:is|are) [\w ]*|original message headers|original (?:mail|message) info|message header from attempted delivery|start of returned message|included is a copy of the message header)[\s>*=_#.:-]*$/i;
