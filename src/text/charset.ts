import { type CharsetLimits, charsetLimits } from "./charset-limits.ts";
import { loadTable } from "./iconv.ts";
import type { Table } from "./iconv-table.ts";
import { type RegisteredCharset, registeredCharset } from "./registered-charset.ts";

/** How the characters of a registered charset are written. */
export interface Codec {
  /** The registered name, in small letters. */
  readonly name: string;
  /** The octets of a text whose characters the charset has. */
  readonly encode: (text: string) => Buffer;
  /** The position of the first character that the charset has not; -1 if there is none. */
  readonly lacks: (text: string) => number;
}

const loaded = new Map<string, Codec>();

/** Loads the codec of a charset by any of its labels; `undefined` if it is not registered. */
export async function loadCodec(label: string): Promise<Codec | undefined> {
  const charset = registeredCharset(label);
  if (charset === undefined) return undefined;
  const known = readyCodec(charset);
  if (known !== undefined) return known;
  const table = await loadTable(charset.codec);
  if (table === undefined) return undefined;
  const codec = codecOf(charset.name, table);
  loaded.set(charset.name, codec);
  return codec;
}

/** The codec, if it is there without waiting: it was loaded before, or is built in. */
export function readyCodec({ name }: RegisteredCharset): Codec | undefined {
  return loaded.get(name) ?? builtIn(name);
}

function builtIn(name: string): Codec | undefined {
  if (name === "utf-8") return { name, encode: (text) => Buffer.from(text), lacks: firstHalf };
  const last = name === "us-ascii" ? 0x7f : name === "iso-8859-1" ? 0xff : undefined;
  if (last === undefined) return undefined;
  const beyond = last === 0x7f ? /[^\0-\x7f]/ : /[^\0-\xff]/;
  return { name, encode: (text) => Buffer.from(text, "latin1"), lacks: (text) => text.search(beyond) };
}

function codecOf(name: string, table: Table): Codec {
  if (/^(?:utf-|cesu-)/.test(name)) return { name, encode: table.encode, lacks: firstHalf };
  const limits = charsetLimits.get(name) ?? {};
  const renamed = renames(limits);
  const known = new Map<string, boolean>();
  const has = (character: string): boolean => {
    let found = known.get(character);
    if (found === undefined) {
      found = !renamed.theirs.has(character) && contains(table, limits, renamed.toTheirs(character));
      known.set(character, found);
    }
    return found;
  };
  const lacks = (text: string): number => {
    for (let at = text.search(beyondAscii); at >= 0 && at < text.length; ) {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      if (!has(character)) return at;
      at += character.length;
    }
    return -1;
  };
  return { name, lacks, encode: (text) => table.encode(renamed.inTheirs(text)) };
}

const beyondAscii = /[^\0-\x7f]/;

/** Private characters belong to no registered set, and U+FFFD stands for what is not there. */
const noCharacter = /^[\ue000-\uf8ff\ufffd\p{Surrogate}]$/u;

function contains(table: Table, { refused = [], high = false }: CharsetLimits, character: string): boolean {
  if (noCharacter.test(character)) return false;
  const octets = table.encode(character);
  if (table.decode(octets) !== character) return false;
  if (character.charCodeAt(0) < 0x80) return true;
  if (high && octets.some((octet) => octet <= 0xa0)) return false;
  const code = octets.readUIntBE(0, octets.length);
  return !refused.some(([from, to]) => code >= from && code <= to);
}

interface Renames {
  /** The characters by which iconv-lite calls others; by themselves the charset has them not. */
  readonly theirs: ReadonlySet<string>;
  readonly toTheirs: (character: string) => string;
  readonly inTheirs: (text: string) => string;
}

function renames({ renamed = "" }: CharsetLimits): Renames {
  const names = new Map<string, string>();
  for (let at = 0; at < renamed.length; at += 2) names.set(renamed.charAt(at), renamed.charAt(at + 1));
  const toTheirs = (character: string): string => names.get(character) ?? character;
  if (names.size === 0) return { theirs: new Set(), toTheirs, inTheirs: (text) => text };
  const ours = new RegExp(`[${[...names.keys()].join("")}]`, "g");
  return { theirs: new Set(names.values()), toTheirs, inTheirs: (text) => text.replace(ours, toTheirs) };
}

function firstHalf(text: string): number {
  return text.search(/\p{Surrogate}/u);
}
