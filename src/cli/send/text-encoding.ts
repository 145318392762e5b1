/** How the characters of a text are written. */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/** What the byte order mark at the start says; UTF-8 without one. Excel and PowerShell write UTF-16 with a mark. */
export function encodingOf(start: Uint8Array): TextEncoding {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** The text in bytes, without a byte order mark; `undefined` if they are not text. */
export function decodedText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * What a file is instead of text, and what to do about it; `undefined` if it may be text.
 *
 * @param start its first bytes
 */
export function notText(start: Uint8Array): string | undefined {
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString("latin1", 0, 8);
  for (const [beginning, problem] of formats) if (text.startsWith(beginning)) return problem;
  const [first, second] = start;
  if (first !== 0 && second !== 0) return undefined;
  const order = first === 0 ? "BE" : "LE";
  return `expected text in UTF-8, got UTF-16 without a byte order mark. iconv -f UTF-16${order} -t UTF-8 converts it`;
}

/** What to say of text in another encoding. */
export const NOT_UTF8 =
  'expected text in UTF-8. iconv -f WINDOWS-1252 -t UTF-8 converts it, and Excel saves it as "CSV UTF-8"';

const formats: readonly (readonly [beginning: string, problem: string])[] = [
  ["PK\x03\x04", 'expected text, got a workbook or another zip file. Save it as "CSV UTF-8" in Excel'],
  ["\xd0\xcf\x11\xe0", 'expected text, got a workbook of Excel. Save it as "CSV UTF-8"'],
  ["\x1f\x8b", "expected text, got a gzip file. gunzip unpacks it"],
  ["%PDF-", "expected text, got a PDF file"],
];
