import { fold } from "./fold.ts";
import { checkText, Header } from "./header.ts";
import { MessageError, wrongWord } from "./message-error.ts";
import { type Pairs, readPairs } from "./pairs.ts";

/** The parameters of a Content-Type or Content-Disposition; names are in small letters. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Checks the parameters of a caller: each name is a token without `*`, `'` and `%`, which have a meaning in RFC 2231,
 * and is not repeated, whatever its case.
 *
 * @throws MessageError naming the parameter whose name or value is not valid.
 */
export function checkParameters(given: Pairs<string>, field: string): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of readPairs(given, field)) {
    const key = parameterName(name, field);
    if (parameters.has(key))
      throw new MessageError(`${field}: ${JSON.stringify(name)} must not be repeated`, { field });
    const check = key === "filename" || key === "name" ? checkFileName : checkText;
    parameters.set(key, check(value, `${field}.${key}`));
  }
  return parameters;
}

/**
 * Checks the name of a file.
 *
 * @throws MessageError if the name has a control character or one that changes the direction of text: `gpj.exe` would
 * be read as `exe.jpg`.
 */
export function checkFileName(name: string, field: string): string {
  checkText(name, field);
  const position = name.search(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  if (position < 0) return name;
  const problem = `the character at position ${position} changes the direction of text and disguises the name`;
  throw new MessageError(`${field}: ${problem}`, { field, position });
}

/** @throws MessageError if it is not the name of a parameter. */
function parameterName(name: string, field: string): string {
  if (typeof name === "string" && /^[A-Za-z0-9!#$&^_.+-]{1,60}$/.test(name)) return name.toLowerCase();
  throw wrongWord(field, "the name of a parameter, of 1 to 60 letters, digits and !#$&^_.+-", name);
}

/** Checks that a word is a token (RFC 2045 section 5.1). @throws MessageError if it is not. */
export function checkToken(value: string, field: string): string {
  if (typeof value === "string" && /^[A-Za-z0-9!#$%&'*+^_`{|}~.-]{1,60}$/.test(value)) return value;
  throw wrongWord(field, "a word without spaces and separators", value);
}

/**
 * Makes a header with a value and parameters (RFC 2045 section 5.1). A non-ASCII parameter and a long file name are
 * written by RFC 2231: in UTF-8, percent-encoded, in numbered pieces if they are long.
 */
export function parameterHeader(name: string, value: string, parameters: Parameters): Header {
  const tokens = [` ${value}`];
  for (const [key, content] of parameters) {
    for (const piece of formatParameter(key, content)) {
      tokens[tokens.length - 1] += ";";
      tokens.push(` ${piece}`);
    }
  }
  return Header.formatted(name, () => readable(value, parameters), fold(name, tokens));
}

/** The longest piece of a parameter, without its semicolon and the space before it. */
const maxPiece = 74;
/** Readers do not join the pieces of other parameters, such as a boundary, so these are not cut if a line has room. */
const maxWhole = 900;
const token = /^[A-Za-z0-9!#$&^_.+-]+$/;
const quotable = /^[ -~]*$/;

/** Writes a parameter as `name=value` pieces, each short enough for a line. */
function formatParameter(name: string, value: string): string[] {
  const ofFile = name === "filename" || name === "name";
  const most = ofFile ? maxPiece : maxWhole;
  if (!ofFile && token.test(value) && name.length + 1 + value.length <= most) return [`${name}=${value}`];
  const quoted = `${name}="${value.replace(/["\\]/g, "\\$&")}"`;
  // Some readers decode encoded words in quoted strings, which is wrong; so text that looks like one is not quoted.
  if (quotable.test(value) && quoted.length <= most && (name === "boundary" || !value.includes("=?")))
    return [quoted];
  return extended(name, value);
}

/** Characters that RFC 2231 section 7 allows without percent-encoding. */
const attributeCharacter = /^[A-Za-z0-9!#$&+.^_`{|}~-]$/;

function extended(name: string, value: string): string[] {
  const pieces: string[] = [];
  let piece = "utf-8''";
  const room = (): number => maxPiece - `${name}*${pieces.length}*=`.length;
  // Characters are not cut, although the RFC allows it: some readers decode piece by piece.
  for (const character of value) {
    const encoded = attributeCharacter.test(character) ? character : percent(character);
    if (piece.length + encoded.length > room()) {
      pieces.push(piece);
      piece = "";
    }
    piece += encoded;
  }
  pieces.push(piece);
  if (pieces.length === 1) return [`${name}*=${piece}`];
  return pieces.map((text, index) => `${name}*${index}*=${text}`);
}

function percent(character: string): string {
  let result = "";
  for (const octet of Buffer.from(character))
    result += `%${octet < 16 ? "0" : ""}${octet.toString(16).toUpperCase()}`;
  return result;
}

function readable(value: string, parameters: Parameters): string {
  let text = value;
  for (const [name, content] of parameters) {
    text += token.test(content) ? `; ${name}=${content}` : `; ${name}="${content.replace(/["\\]/g, "\\$&")}"`;
  }
  return text;
}
