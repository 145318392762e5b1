import { createHmac, timingSafeEqual } from "node:crypto";
import { base32Alphabet as alphabet, encodeBase32 } from "../../text/base32.ts";

/** How many characters of a code are written: 40 bits. */
const codeLength = 8;

/** What only the holder of a secret can write below an address. The case of the parts does not matter. */
export function codeOf(secret: string | Uint8Array, parts: readonly string[]): string {
  const digest = createHmac("sha256", secret)
    .update(JSON.stringify(parts.map(lowerCase)))
    .digest();
  return encodeBase32(digest.subarray(0, 5));
}

/** Whether one of the secrets makes this code, in constant time and without regard to case. */
export function isCode(
  code: string,
  secrets: readonly (string | Uint8Array)[],
  parts: readonly string[],
): boolean {
  const given = Buffer.from(code.toUpperCase().padEnd(codeLength).slice(0, codeLength), "latin1");
  const equal = secrets.map((secret) => timingSafeEqual(given, Buffer.from(codeOf(secret, parts))));
  return code.length === codeLength && equal.includes(true);
}

/** The day of a time, which comes again after 1,024 days. */
export function dayOf(milliseconds: number): string {
  const day = Math.floor(milliseconds / 86_400_000) & 1023;
  return alphabet.charAt(day >> 5) + alphabet.charAt(day & 31);
}

/** How many days ago that was, at a time; `undefined` if it is not a day. */
export function daysSince(day: string, milliseconds: number): number | undefined {
  const [high, low] = [...day.toUpperCase()].map((character) => alphabet.indexOf(character));
  if (day.length !== 2 || high === undefined || low === undefined || high < 0 || low < 0) return undefined;
  const ago = (Math.floor(milliseconds / 86_400_000) - (high * 32 + low)) & 1023;
  // The clock of another server of ours may be ahead.
  return ago === 1023 ? 0 : ago;
}

/** Lower case of ASCII letters alone. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
