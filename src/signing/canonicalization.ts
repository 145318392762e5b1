/** What servers may change without breaking the signature: nothing, or white space (RFC 6376 section 3.4). */
export type Canonicalization = "simple" | "relaxed";

/**
 * Returns a header field in canonical form, without CRLF at its end (RFC 6376 sections 3.4.1 and 3.4.2).
 *
 * @param text the field as it is in the mail
 */
export function canonicalField(name: string, text: string, canonicalization: Canonicalization): string {
  if (canonicalization === "simple") return text;
  let value = text.slice(text.indexOf(":") + 1);
  // Most values are on one line with single spaces.
  if (/\r\n|\t| {2}/.test(value)) value = value.replaceAll("\r\n", "").replace(/[\t ]+/g, " ");
  const from = value.startsWith(" ") ? 1 : 0;
  const to = value.length > from && value.endsWith(" ") ? -1 : value.length;
  return `${name}:${value.slice(from, to)}`;
}
