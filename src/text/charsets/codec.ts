/** How a registered charset differs from iconv-lite's table of the same name, which has more. */
export interface CharsetLimits {
  /** Ranges of codes that iconv-lite knows and the charset does not have; codes are numbers, first octet first. */
  readonly refused?: readonly (readonly [from: number, to: number])[];
  /** Characters of the charset, each followed by the one for which iconv-lite uses its code. */
  readonly renamed?: string;
  /** Whether both octets of a character beyond ASCII are above 0xa0 (EUC). */
  readonly high?: boolean;
}

/** Writes the characters of a registered charset. */
export interface Codec {
  /** The registered name, in lower case. */
  readonly name: string;
  /** Encodes a text that has only characters of the charset. */
  readonly encode: (text: string) => Buffer;
  /** The position of the first character that is not in the charset; -1 if there is none. */
  readonly lacks: (text: string) => number;
}

/** A charset in both directions, from iconv-lite or TextDecoder. */
export interface Table {
  /** Silently replaces characters that are not in the charset; compare with the result of `decode`. */
  readonly encode: (text: string) => Buffer;
  readonly decode: (octets: Buffer) => string;
}

/** The codec of a registered charset, from a table that may have more than the charset. */
export function codecOf(name: string, table: Table, limits: CharsetLimits = {}): Codec {
  if (/^(?:utf-|cesu-)/.test(name)) return { name, encode: table.encode, lacks: firstHalf };
  const renamed = renames(limits);
  const doubtful = doubtfulIn(table);
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
    for (let at = text.search(doubtful); at >= 0 && at < text.length; ) {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      if (!has(character)) return at;
      at += character.length;
    }
    return -1;
  };
  return { name, lacks, encode: (text) => table.encode(renamed.inTheirs(text)) };
}

/** The characters that may not be in the charset: those beyond ASCII, and in ASCII for example `%` in IBM864. */
function doubtfulIn(table: Table): RegExp {
  let certain = "";
  for (let code = 0; code < 0x80; code++) {
    const character = String.fromCharCode(code);
    if (table.decode(table.encode(character)) !== character) continue;
    certain += `\\x${code.toString(16).padStart(2, "0")}`;
  }
  return new RegExp(`[^${certain}]`);
}

/** Private characters are in no registered charset, and U+FFFD means that there is none. */
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
  /** The characters that iconv-lite uses for others; the charset does not have them. */
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

/** The position of the first half of a surrogate pair without the other. */
export function firstHalf(text: string): number {
  return text.search(/\p{Surrogate}/u);
}
