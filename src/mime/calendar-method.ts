/**
 * The METHOD of a calendar (RFC 5545 section 3.7.2) as it is stated, in capitals, read over folded lines; each that
 * stands there, should there be several.
 */
export function statedMethods(ics: string): string[] {
  const lines = ics.replace(/^\ufeff/, "").replace(/\r?\n[ \t]/g, "");
  const found = Array.from(
    lines.matchAll(/^METHOD(?:;[^":\r\n]*(?:"[^"\r\n]*"[^":\r\n]*)*)?:(.*)$/gim),
    ([, value = ""]) => value.trim().toUpperCase(),
  );
  return [...new Set(found)];
}

/** Whether it is the name of a method, as Content-Type may bear it. */
export function isMethod(method: string): boolean {
  return /^[A-Z0-9-]{1,40}$/.test(method);
}
