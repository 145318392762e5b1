import { EnvoiError } from "../errors.ts";

/** The error for content that cannot be read while a mail is sent. The mail was not sent; a retry may help or not. */
export function contentError(message: string, cause?: unknown): EnvoiError {
  const unsure = { delivery: "not-sent", transient: false, permanent: false } as const;
  return new EnvoiError(message, { kind: "content", ...unsure, cause });
}
