import { wrongOption } from "../text/options/option-reader.ts";

/** Whether a name of a server needs no quotes in Authentication-Results, so that no reader cuts it (RFC 8601 2.2). */
export function isAuthservId(name: string): boolean {
  return /^[^\0- "(),/:;<=>?@[\\\]\x7f]+$/.test(name);
}

/** Reads the option `authservId`. @throws EnvoiError of kind `"configuration"` naming it. */
export function authservIdOption(value: unknown, field: string): string {
  if (typeof value === "string" && isAuthservId(value)) return value;
  throw wrongOption(field, "a name such as mx.example.com", value);
}
