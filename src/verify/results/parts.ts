import { wrongOption } from "../../text/options/option-reader.ts";

/** A Keyword of RFC 8601 2.2, and the underscores that are in use. */
export const word: RegExp = /^[A-Za-z0-9_-]*[A-Za-z0-9]$/;

/**
 * Checks a part of an Authentication-Results field.
 *
 * @throws EnvoiError of kind `"configuration"` naming it.
 */
export function checkPart(value: unknown, field: string, kind: "word" | "text"): string {
  const fits = typeof value === "string" && (kind === "word" ? word.test(value) : !/[\0\r\n]/.test(value));
  if (fits) return value;
  throw wrongOption(
    field,
    kind === "word" ? "a word of letters, digits and hyphens" : "a text without line breaks and NUL",
    value,
  );
}
