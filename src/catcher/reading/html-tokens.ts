import { decodeHTML } from "entities";
import { beginningOf } from "../../text/beginning.ts";
import { inSlices } from "../in-slices.ts";

/** Gets the pieces of HTML, in their order. */
export interface HtmlVisitor {
  /** Text, with its character references decoded. */
  text?(text: string): void;
  /** A start tag: its name in lower case, and what is written in the tag after it. */
  open?(name: string, attributes: string): void;
  /** An end tag. */
  close?(name: string): void;
  /** The content of an element that is no HTML, such as a style sheet. */
  raw?(text: string): void;
  /** Whether nothing more needs to be read. */
  enough?(): boolean;
}

/**
 * Splits HTML into text and tags, in one pass, without building a tree: it is for looking at the text of many mails. So
 * it knows less of HTML than a browser. Comments are left out.
 */
export function readTokens(html: string, visitor: HtmlVisitor): void {
  for (const _ of tokenSteps(html, visitor));
}

/** The same in steps, between which other things may happen. */
function* tokenSteps(html: string, visitor: HtmlVisitor): Generator<undefined, void, void> {
  let at = 0;
  let pause = STEP;
  let open = -1;
  while (at < html.length && visitor.enough?.() !== true) {
    if (at > pause) {
      yield;
      pause = at + STEP;
    }
    if (open < at) open = html.indexOf("<", at);
    if (open === -1) open = html.length;
    const end = endOfPiece(html, at, open);
    if (end > at) visitor.text?.(decoded(html.slice(at, end)));
    at = end;
    if (at < open || open === html.length) continue;
    const closes = html.charCodeAt(open + 1) === SLASH;
    const begin = closes ? open + 2 : open + 1;
    if (isLetter(html.charCodeAt(begin))) {
      const nameEnd = endOfName(html, begin);
      const name = html.slice(begin, nameEnd).toLowerCase();
      const tagEnd = endOfTag(html, nameEnd);
      at = Math.min(tagEnd + 1, html.length);
      if (closes) visitor.close?.(name);
      else {
        visitor.open?.(name, html.slice(nameEnd, tagEnd));
        at = skipRaw(html, at, name, visitor);
      }
    } else if (/[!?]/.test(html.charAt(begin))) at = endOfComment(html, open);
    else {
      visitor.text?.("<");
      at = open + 1;
    }
  }
}

/** The same as {@link readTokens} without the head, whose elements show nothing. */
export function readShown(html: string, visitor: HtmlVisitor): void {
  readTokens(html, shownTo(visitor));
}

/** The same in slices. */
export async function readShownInSlices(html: string, visitor: HtmlVisitor): Promise<void> {
  await inSlices(tokenSteps(html, shownTo(visitor)), () => undefined);
}

function shownTo(visitor: HtmlVisitor): HtmlVisitor {
  let inHead = false;
  return {
    text: (text) => inHead || visitor.text?.(text),
    open: (name, attributes) => {
      if (name === "head") inHead = true;
      else if (name === "body") inHead = false;
      if (!inHead) visitor.open?.(name, attributes);
    },
    close: (name) => {
      if (!inHead) visitor.close?.(name);
      if (name === "head") inHead = false;
    },
    enough: () => visitor.enough?.() === true,
  };
}

/** The value of an attribute, decoded. */
export function attributeOf(attributes: string, name: string): string | undefined {
  ONE_ATTRIBUTE.lastIndex = 0;
  for (let found = ONE_ATTRIBUTE.exec(attributes); found !== null; found = ONE_ATTRIBUTE.exec(attributes)) {
    const [, key = "", double, single, bare] = found;
    if (key.toLowerCase() === name) return decoded(double ?? single ?? bare ?? "");
  }
  return undefined;
}

/** The attributes of a tag: names in lower case, values decoded. A name may occur twice: then the first counts. */
export function* attributePairs(attributes: string): Generator<readonly [string, string], void, void> {
  for (const [, key = "", double, single, bare] of attributes.matchAll(ATTRIBUTE))
    yield [key.toLowerCase(), decoded(double ?? single ?? bare ?? "")];
}

const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/g;

/** It remembers a place, where `matchAll` would begin. */
const ONE_ATTRIBUTE = new RegExp(ATTRIBUTE);

function decoded(text: string): string {
  return text.includes("&") ? decodeHTML(text) : text;
}

/** The content of an element that is no HTML. @returns where it ends. */
function skipRaw(html: string, at: number, name: string, visitor: HtmlVisitor): number {
  const close = RAW.get(name);
  if (close === undefined) return at;
  close.lastIndex = at;
  const end = close.exec(html)?.index ?? html.length;
  if (end > at) visitor.raw?.(html.slice(at, end));
  return end;
}

/** The elements whose content is no HTML, with the form of what ends them. */
const RAW: ReadonlyMap<string, RegExp> = new Map(
  ["script", "style", "title", "noscript"].map((name) => [name, new RegExp(`</${name}(?=[\\s/>])`, "gi")]),
);

/** Where a piece of text ends: long text is parted between words, or else between characters and references to them. */
function endOfPiece(html: string, begin: number, end: number): number {
  if (end - begin <= STEP) return end;
  const piece = beginningOf(html.slice(begin, begin + STEP + 1), STEP);
  const blank = Math.max(piece.lastIndexOf(" "), piece.lastIndexOf("\n"));
  if (blank > 0) return begin + blank;
  const reference = piece.lastIndexOf("&");
  return begin + (reference > piece.length - LONGEST_REFERENCE ? reference : piece.length);
}

function endOfComment(html: string, open: number): number {
  const isComment = html.startsWith("<!--", open);
  const end = html.indexOf(isComment ? "-->" : ">", open + (isComment ? 4 : 2));
  return end === -1 ? html.length : end + (isComment ? 3 : 1);
}

function endOfName(html: string, begin: number): number {
  let at = begin;
  while (at < html.length) {
    const code = html.charCodeAt(at);
    if (code <= SPACE || code === SLASH || code === GREATER) break;
    at++;
  }
  return at;
}

/** The place of the `>` that ends a tag: not one in a quoted value. */
function endOfTag(html: string, begin: number): number {
  let quote = 0;
  for (let at = begin; at < html.length; at++) {
    const code = html.charCodeAt(at);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === GREATER) return at;
    else if ((code === DOUBLE || code === SINGLE) && html.charCodeAt(at - 1) === EQUALS) quote = code;
  }
  return html.length;
}

function isLetter(code: number): boolean {
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x7a;
}

const SPACE = 0x20;
const DOUBLE = 0x22;
const SINGLE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;

/** How many characters are read in a step, at least. */
const STEP = 32_768;

/** No name of a character is longer. */
const LONGEST_REFERENCE = 40;
