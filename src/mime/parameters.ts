import { fold } from "./fold.ts";
import { Header } from "./header.ts";

/** The parameters of a Content-Type or Content-Disposition. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * A header with a value and parameters (RFC 2045 section 5.1). A parameter that is not short printable ASCII is written
 * as RFC 2231 has it: in UTF-8, percent-encoded, in numbered pieces where it is long.
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

/** The longest piece of a parameter, its semicolon and the space before it not counted. */
const maxPiece = 74;
const token = /^[A-Za-z0-9!#$&^_.+-]+$/;
const quotable = /^[ -~]*$/;

/** A parameter as `name=value` pieces, each short enough for a line. */
export function formatParameter(name: string, value: string): string[] {
  if (token.test(value) && name.length + 1 + value.length <= maxPiece && name !== "filename")
    return [`${name}=${value}`];
  const quoted = `${name}="${value.replace(/["\\]/g, "\\$&")}"`;
  // Readers decode encoded words in quoted strings although they must not, so text that looks like one is not quoted.
  if (quotable.test(value) && quoted.length <= maxPiece && !value.includes("=?")) return [quoted];
  return extended(name, value);
}

/** What RFC 2231 section 7 lets stand without a percent sign. */
const attributeCharacter = /^[A-Za-z0-9!#$&+.^_`{|}~-]$/;

function extended(name: string, value: string): string[] {
  const pieces: string[] = [];
  let piece = "utf-8''";
  const room = (): number => maxPiece - `${name}*${pieces.length}*=`.length;
  // Whole characters, although the RFC would let octets be cut apart: some readers decode piece by piece.
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
