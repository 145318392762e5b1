import { type CharsetLimits, type Codec, codecOf, firstHalf, type Table } from "./codec.ts";
import type { RegisteredCharset } from "./registered-charset.ts";

const ready = new Map<string, Codec>();

/** Keeps a codec whose table was loaded, for later calls. */
export function keepCodec(codec: Codec): Codec {
  ready.set(codec.name, codec);
  return codec;
}

/** The codec, if it needs no tables of iconv-lite, or was loaded before. */
export function readyCodec({ name }: RegisteredCharset): Codec | undefined {
  const known = ready.get(name);
  if (known !== undefined) return known;
  const codec = builtIn(name) ?? decoded(name);
  return codec && keepCodec(codec);
}

function builtIn(name: string): Codec | undefined {
  if (name === "utf-8") return { name, encode: (text) => Buffer.from(text), lacks: firstHalf };
  if (name === "utf-16le") return { name, encode: (text) => Buffer.from(text, "utf16le"), lacks: firstHalf };
  const last = name === "us-ascii" ? 0x7f : name === "iso-8859-1" ? 0xff : undefined;
  if (last === undefined) return undefined;
  const beyond = last === 0x7f ? /[^\0-\x7f]/ : /[^\0-\xff]/;
  return { name, encode: (text) => Buffer.from(text, "latin1"), lacks: (text) => text.search(beyond) };
}

/** Charsets that TextDecoder reads like iconv-lite in every version of Node.js, one code a character. */
const singleOctets = /^(?:iso-8859-(?:[2-8]|1[0345])|windows-(?:125[0-24-8]|874)|koi8-r)$/;

/** The codec of a charset that the runtime can read: its table is made by reading every code. */
function decoded(name: string): Codec | undefined {
  const pairsToo = name === "shift_jis";
  if (!singleOctets.test(name) && !pairsToo) return undefined;
  const decoder = new TextDecoder(name);
  const codes = new Map(ascii.map((octet) => [String.fromCharCode(octet), Buffer.of(octet)]));
  readCodes(decoder, codes, upperOctets);
  // The runtime reads an unassigned code as a control character.
  if (!name.startsWith("iso-")) for (const octet of c1Controls) codes.delete(String.fromCharCode(octet));
  if (name === "windows-1252") mend1252(codes);
  if (pairsToo) readCodes(decoder, codes, pairs());
  return codecOf(name, tableOf(codes), readyLimits[name]);
}

/** What these charsets do not have of what the runtime reads. */
export const readyLimits: Readonly<Record<string, CharsetLimits>> = {
  "windows-1255": { refused: [[0xca, 0xca]] },
  shift_jis: {
    refused: [
      [0x80, 0x80],
      [0x8740, 0x879c],
      [0xed40, 0xfcfc],
    ],
    renamed: "‖∥−－〜～¢￠£￡¬￢",
  },
};

function tableOf(codes: ReadonlyMap<string, Buffer>): Table {
  const lost = Buffer.from("?");
  const characters = new Map(
    Array.from(codes, ([character, octets]) => [octets.toString("latin1"), character]),
  );
  return {
    encode: (text) => Buffer.concat(Array.from(text, (character) => codes.get(character) ?? lost)),
    decode: (octets) => characters.get(octets.toString("latin1")) ?? "\ufffd",
  };
}

/** Reads all codes at once, each on a line of its own; a code without a character is skipped. */
function readCodes(
  decoder: TextDecoder,
  codes: Map<string, Buffer>,
  sequences: readonly (readonly number[])[],
): void {
  const lines = decoder.decode(Buffer.from(sequences.flatMap((octets) => [...octets, LF]))).split("\n");
  for (const [index, octets] of sequences.entries()) {
    const character = lines[index] ?? "";
    const alone = character.length === 1 && character !== "\ufffd";
    if (alone && !codes.has(character)) codes.set(character, Buffer.from(octets));
  }
}

/** Node.js reads the codes of windows-1252 between 0x80 and 0x9f as those of ISO 8859-1. */
function mend1252(codes: Map<string, Buffer>): void {
  const characters = "€.‚ƒ„…†‡ˆ‰Š‹Œ.Ž..‘’“”•–—˜™š›œ.žŸ";
  for (const [index, character] of Array.from(characters).entries())
    if (character !== ".") codes.set(character, Buffer.of(0x80 + index));
}

const LF = 0x0a;
const octets = Array.from({ length: 256 }, (_, octet) => octet);
const ascii = octets.slice(0, 0x80);
const c1Controls = octets.slice(0x80, 0xa0);
const upperOctets = octets.slice(0x80).map((octet) => [octet]);

function pairs(): number[][] {
  const all: number[][] = [];
  for (let first = 0x81; first < 0xff; first++)
    for (let second = 0x40; second < 0xff; second++) all.push([first, second]);
  return all;
}
