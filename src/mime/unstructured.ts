import { encodedWords } from "./encoded-word.ts";
import { exceeds, fold, foldAt } from "./fold.ts";
import { checkText, Header } from "./header.ts";

/** A longer word (in octets) is encoded, so that it can be cut: with the field name it would not fit in a line. */
const maxWord = 900;
/** Longer white space is encoded: alone on a line it would look like the end of the header. */
const maxGap = 40;

/**
 * Makes a header of free text (RFC 5322 section 2.2.1): Subject, Comments and custom headers. Text that is not
 * printable ASCII, or looks like an encoded word, is written as encoded words.
 *
 * @param field the field that errors name, if not the name of the header
 * @throws MessageError if the text has a character that no header may contain.
 */
export function textHeader(name: string, text: string, field: string = name): Header {
  checkText(text, field);
  if (text === "") return Header.formatted(name, text, `${name}:`);
  const fits = name.length + 2 + text.length <= foldAt;
  if (fits && plainLine.test(text) && !text.includes("=?"))
    return Header.formatted(name, text, `${name}: ${text}`);
  const written = (stands: Stands): string => fold(name, tokens(text, name.length + 2, stands));
  return Header.formatted(name, text, written(inAscii), () => written(inUtf8));
}

/** Whether the characters of a word may stand in the field as they are. */
type Stands = (word: string) => boolean;
const inAscii: Stands = (word) => !/[^!-~]/.test(word);
/** RFC 6532 section 3.1; of the white space beyond ASCII some readers make a plain space. */
const inUtf8: Stands = (word) => !/[^!-~\u00a0-\u{10ffff}]|\s/u.test(word);

const plainLine = /^[!-~](?:[ -~]*[!-~])?$/;

/** A word with the white space in front of it. */
interface Word {
  readonly gap: string;
  readonly text: string;
  encode: boolean;
}

function tokens(text: string, column: number, stands: Stands): string[] {
  const words = split(text, stands);
  const result: string[] = [];
  for (let at = 0; at < words.length; ) {
    // The condition of the loop guarantees a word at this index.
    const { gap, text: word, encode } = words[at] as Word;
    at++;
    if (!encode) {
      result.push((gap === "" ? " " : gap) + word);
      continue;
    }
    // White space between two encoded words is not shown, so neighbours are encoded together with what is between.
    let run = result.length === 0 ? gap + word : word;
    for (let next = words[at]; next?.encode; next = words[++at]) run += next.gap + next.text;
    const lead = result.length === 0 ? " " : gap;
    for (const [index, encoded] of encodedWords(
      run,
      "text",
      result.length === 0 ? column : gap.length,
    ).entries()) {
      result.push((index === 0 ? lead : " ") + encoded);
    }
  }
  return result;
}

function split(text: string, stands: Stands): Word[] {
  const words: Word[] = [];
  for (let at = 0; at < text.length; ) {
    const start = at;
    while (isBlank(text, at)) at++;
    const gap = text.slice(start, at);
    const begun = at;
    while (at < text.length && !isBlank(text, at)) at++;
    const word = text.slice(begun, at);
    words.push({ gap, text: word, encode: mustEncode(word, stands) });
  }
  for (const [index, word] of words.entries()) {
    const before = words[index - 1];
    // White space at the ends of a value is stripped by readers, and a long gap could fill a line of its own.
    const hidden = word.text === "" || word.gap.length > maxGap || (before === undefined && word.gap !== "");
    if (!hidden) continue;
    word.encode = true;
    if (before !== undefined) before.encode = true;
  }
  return words;
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
}

function mustEncode(word: string, stands: Stands): boolean {
  return !stands(word) || word.includes("=?") || exceeds(word, maxWord);
}
