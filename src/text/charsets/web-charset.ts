import { loadTables, type TableLookup } from "./iconv.ts";

/** Decodes octets by the label of a charset; without a label, or with an unknown one, it guesses. */
export type TextDecoding = (octets: Uint8Array, label: string | undefined) => string;

/**
 * Loads the decoding of text by the labels of the WHATWG Encoding Standard, as browsers and mail programs decode. Other
 * labels are looked up in iconv-lite.
 */
export async function loadTextDecoding(): Promise<TextDecoding> {
  const tables = await loadTables();
  const decoders = new Map<string, Decoder>();
  const decoderFor = (label: string): Decoder => {
    const known = decoders.get(label);
    if (known !== undefined) return known;
    // Labels come from mails, so there is no end of them.
    if (decoders.size >= MOST_LABELS) decoders.clear();
    const decoder = findDecoder(label, tables);
    decoders.set(label, decoder);
    return decoder;
  };
  return (octets, label) => (label === undefined ? guessText : decoderFor(normal(label)))(octets);
}

type Decoder = (octets: Uint8Array) => string;

function findDecoder(label: string, tables: TableLookup): Decoder {
  if (label === "utf-8" || label === "utf8") return utf8;
  if (REPLACEMENT.test(label)) return (octets) => (octets.length === 0 ? "" : "\ufffd");
  const name = webName(label);
  if (name === "windows-1252") return windows1252;
  const ours = name === undefined ? label : (byIconv[name] ?? "");
  const codec = ours === "" || UTF_7.test(ours) ? undefined : tables(ours);
  if (codec !== undefined)
    return SINGLE_OCTETS.test(ours) ? byTable(codec.decode) : (octets) => codec.decode(asBuffer(octets));
  if (name === undefined) return guessText;
  // The standard decodes GBK as gb18030, which extends it.
  const decoder = new TextDecoder(name === "gbk" ? "gb18030" : name);
  return name.startsWith("utf-16") ? byOrderMark(decoder) : (octets) => decoder.decode(octets);
}

/** A byte order mark counts more than the label (RFC 2781 section 3.3, "decode" of the standard). */
function byOrderMark(named: TextDecoder): Decoder {
  return (octets) => {
    const [first, second] = octets;
    const isBig = first === 0xfe && second === 0xff;
    const isLittle = first === 0xff && second === 0xfe;
    return (isBig ? utf16Big : isLittle ? utf16 : named).decode(octets);
  };
}

function normal(label: string): string {
  return label.trim().toLowerCase();
}

/** The name of the encoding for a label, if Node has it. */
function webName(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}

/** Decodes text of an unknown charset: as UTF-8 if it is valid, otherwise as the most common charset of old mail. */
export function guessText(octets: Uint8Array): string {
  try {
    return strictUtf8.decode(octets);
  } catch {
    return windows1252(octets);
  }
}

const looseUtf8: TextDecoder = new TextDecoder();
const utf16: TextDecoder = new TextDecoder("utf-16le");
const utf16Big: TextDecoder = new TextDecoder("utf-16be");
const strictUtf8: TextDecoder = new TextDecoder("utf-8", { fatal: true });

function utf8(octets: Uint8Array): string {
  return looseUtf8.decode(octets);
}

/** Octets above 0x7f without a character are decoded as the control characters of their number. */
function byTable(decode: (octets: Buffer) => string): Decoder {
  const table = Uint16Array.from({ length: 256 }, (_, octet) => {
    const code = decode(Buffer.of(octet)).charCodeAt(0);
    return code === 0xfffd && octet >= 0x80 && octet <= 0x9f ? octet : code;
  });
  return (octets) => {
    const units = new Uint16Array(octets.length);
    for (let at = 0; at < octets.length; at++) units[at] = table[octets[at] as number] as number;
    return utf16.decode(units);
  };
}

/** Node decodes ISO 8859-1 like this. */
function windows1252(octets: Uint8Array): string {
  return asBuffer(octets)
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (control) => UPPER_CONTROLS[control.charCodeAt(0) - 0x80] as string);
}

/** The characters of windows-1252 for the octets from 0x80. */
const UPPER_CONTROLS = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}

/**
 * Encodings that ICU, and so Node, decodes differently from the standard, with their names in iconv-lite, whose tables
 * follow the standard.
 */
const byIconv: Readonly<Record<string, string>> = {
  "windows-1253": "windows-1253",
  "windows-1255": "windows-1255",
  "windows-874": "windows-874",
  ibm866: "cp866",
  big5: "big5-hkscs",
  shift_jis: "shift_jis",
  "euc-jp": "euc-jp",
  "euc-kr": "cp949",
};

const SINGLE_OCTETS = /^windows-/;

/** Not in the standard, because text in it can hide from filters. */
const UTF_7 = /^(?:unicode-1-1-)?utf-?7/;

/** Encodings that the standard considers dangerous, and decodes to U+FFFD. */
const REPLACEMENT = /^(?:csiso2022kr|hz-gb-2312|iso-2022-(?:cn|cn-ext|kr)|replacement)$/;

/** How many decoders are kept. */
const MOST_LABELS = 64;
