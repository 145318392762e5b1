/** A tag of a tag list, and where its value is in the text. */
export interface Tag {
  /** The value without white space at its ends; white space within is kept. */
  readonly value: string;
  /** The index after the `=`. */
  readonly start: number;
  /** The index of the `;`, or of the end of the text. */
  readonly end: number;
}

/** The tags of a list, by their names, of which the case matters. */
export type TagList = ReadonlyMap<string, Tag>;

/** Why a text is not a tag list, in English. */
export interface NoTagList {
  /** The problem, without a full stop. */
  readonly problem: string;
}

/**
 * Reads a tag list, such as the value of a DKIM-Signature or a key record (RFC 6376 section 3.2). One wrong tag makes
 * the whole list wrong, and so does a tag that is given twice.
 *
 * @param text one character for each octet
 */
export function readTagList(text: string): TagList | NoTagList {
  const tags = new Map<string, Tag>();
  for (let at = 0; at <= text.length; ) {
    const semicolon = text.indexOf(";", at);
    const end = semicolon < 0 ? text.length : semicolon;
    const equals = text.indexOf("=", at);
    if (equals < 0 || equals >= end) {
      // What follows the last semicolon may be nothing.
      if (semicolon < 0 && tags.size > 0 && isBlank(text, at, end)) return tags;
      return { problem: "something between two semicolons is not a tag" };
    }
    const name = trimmed(text, at, equals);
    if (!tagName.test(name)) return { problem: "the name of a tag is not valid" };
    if (tags.has(name)) return { problem: `the tag ${name}= is given twice` };
    const value = trimmed(text, equals + 1, end);
    if (forbidden.test(value))
      return { problem: `the value of ${name}= has a character that it must not have` };
    tags.set(name, { value, start: equals + 1, end });
    if (semicolon < 0) return tags;
    at = end + 1;
  }
  return tags.size > 0 ? tags : { problem: "there is no tag" };
}

/** The value without any white space, for values in which it only folds, such as base64. */
export function withoutSpace(value: string): string {
  return space.test(value) ? value.replace(/[\t\n\r ]+/g, "") : value;
}

/** The octets of base64 without white space, or `undefined` if it is not base64. */
export function fromBase64(text: string): Buffer | undefined {
  const characters = text.length - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
  const octets = Buffer.from(text, "base64");
  // What is not base64 is left out, but for the two letters of base64url.
  const whole = octets.length === (characters * 3) >> 2 && characters % 4 !== 1;
  return whole && octets.length > 0 && !text.includes("-") && !text.includes("_") ? octets : undefined;
}

const tagName: RegExp = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const space: RegExp = /[\t\n\r ]/;
/** Control characters, and line breaks that fold nothing. Octets above 127 are those of RFC 8616. */
const forbidden: RegExp = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

function trimmed(text: string, start: number, end: number): string {
  let [first, last] = [start, end];
  while (first < last && isSpace(text.charCodeAt(first))) first++;
  while (last > first && isSpace(text.charCodeAt(last - 1))) last--;
  return text.slice(first, last);
}

function isBlank(text: string, start: number, end: number): boolean {
  return trimmed(text, start, end) === "";
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
