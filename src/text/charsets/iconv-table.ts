import iconv from "iconv-lite";
import type { Table } from "./codec.ts";

/** Encodings of iconv-lite that are not charsets. */
const notCharsets = /^(?:base64|hex|binary)$/i;

/** The table of iconv-lite for a label, in any case; `undefined` if there is none. */
export function table(label: string): Table | undefined {
  if (notCharsets.test(label) || !iconv.encodingExists(label)) return undefined;
  return { encode: (text) => iconv.encode(text, label), decode: (octets) => iconv.decode(octets, label) };
}
