/**
 * Returns the METHOD values of a calendar (RFC 5545 section 3.7.2), in capitals and without duplicates. Folded lines
 * are unfolded. A valid calendar has at most one.
 */
export function statedMethods(ics: string): string[] {
  const lines = ics.replace(/^\ufeff/, "").replace(/\r?\n[ \t]/g, "");
  const found = Array.from(
    lines.matchAll(/^METHOD(?:;[^":\r\n]*(?:"[^"\r\n]*"[^":\r\n]*)*)?:(.*)$/gim),
    ([, value = ""]) => value.trim().toUpperCase(),
  );
  return [...new Set(found)];
}

/** Whether a text is the name of a method that Content-Type can state. */
export function isMethod(method: string): boolean {
  return /^[A-Z0-9-]{1,40}$/.test(method);
}
