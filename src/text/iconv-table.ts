import iconv from "iconv-lite";

/** A charset in both directions, as iconv-lite has it. */
export interface Table {
  /** What the charset lacks is silently replaced; compare with what `decode` gives back. */
  readonly encode: (text: string) => Buffer;
  readonly decode: (octets: Buffer) => string;
}

/** Encodings of octets that iconv-lite knows beside its charsets. */
const notCharsets = /^(?:base64|hex|binary)$/i;

/** The table that iconv-lite has under a label, in any case; `undefined` if there is none. */
export function table(label: string): Table | undefined {
  if (notCharsets.test(label) || !iconv.encodingExists(label)) return undefined;
  return { encode: (text) => iconv.encode(text, label), decode: (octets) => iconv.decode(octets, label) };
}
