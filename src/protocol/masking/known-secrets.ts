/** Replaces secrets in what people read. */
export const MASK = "***";

/**
 * The text with {@link MASK} in place of secrets, for what a server or proxy said: it may repeat what it was sent.
 *
 * @param secrets in every form in which they may appear, such as base64. Empty ones are ignored.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  // The longest comes first: it may contain another.
  const forms = secrets.filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  return forms.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
}
