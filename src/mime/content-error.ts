import { EnvoiError } from "../errors.ts";

/** The error for content that cannot be had while a mail goes out: nothing was sent, and nobody knows what helps. */
export function contentError(message: string, cause?: unknown): EnvoiError {
  const unsure = { delivery: "not-sent", transient: false, permanent: false } as const;
  return new EnvoiError(message, { kind: "content", ...unsure, cause });
}
