import type { RawField } from "../mime/head-reader.ts";

/**
 * How a field is signed: only if it is present (`"present"`); also against a further one, if one is present
 * (`"if-present"`); or against a further one in any case (`"always"`; RFC 6376 sections 5.4 and 8.15: a second From
 * above the first would otherwise be displayed as if it were signed).
 */
export type Protection = "present" | "if-present" | "always";

/**
 * The fields that are signed by default: those of RFC 6376 section 5.4.1, those of MIME, and both fields of one-click
 * unsubscription, which RFC 8058 section 4 requires to be signed.
 */
export const usualFields: ReadonlyMap<string, Protection> = new Map<string, Protection>([
  ["from", "always"],
  ["sender", "if-present"],
  ["reply-to", "always"],
  ["to", "always"],
  ["cc", "always"],
  ["subject", "always"],
  ["date", "if-present"],
  ["message-id", "if-present"],
  ["in-reply-to", "if-present"],
  ["references", "if-present"],
  ["mime-version", "if-present"],
  ["content-type", "if-present"],
  ["content-transfer-encoding", "if-present"],
  ["content-id", "if-present"],
  ["content-description", "if-present"],
  ["content-disposition", "if-present"],
  ["list-unsubscribe", "if-present"],
  ["list-unsubscribe-post", "if-present"],
  ["auto-submitted", "present"],
  ["list-id", "present"],
  ["list-help", "present"],
  ["list-subscribe", "present"],
  ["list-post", "present"],
  ["list-owner", "present"],
  ["list-archive", "present"],
  ["resent-date", "present"],
  ["resent-from", "present"],
  ["resent-sender", "present"],
  ["resent-to", "present"],
  ["resent-cc", "present"],
  ["resent-message-id", "present"],
]);

/**
 * Whether a signature over the field would break: servers add, change or remove it, or it belongs to a signature
 * (RFC 6376 section 5.4.1).
 */
export function neverSigned(name: string): boolean {
  return (
    /^(?:(?:resent-)?bcc|return-path|received|delivered-to|authentication-results)$/.test(name) ||
    /^(?:received-|arc-|dkim-|domainkey-|x-received|x-original-)/.test(name)
  );
}

/** The fields that a signature covers, in the order of its `h=`. */
export interface SignedFields {
  /** The names of `h=`, including those of fields that must not be added. */
  readonly names: readonly string[];
  readonly fields: readonly RawField[];
}

/** Selects the fields to sign. Of several with one name the lowest comes first (RFC 6376 section 5.4.2). */
export function signedFields(
  header: readonly RawField[],
  protections: ReadonlyMap<string, Protection>,
): SignedFields {
  const found = new Map<string, RawField[]>();
  for (let at = header.length - 1; at >= 0; at--) {
    // There is a field at this index: the condition of the loop says so.
    const field = header[at] as RawField;
    if (!protections.has(field.name)) continue;
    const same = found.get(field.name);
    if (same === undefined) found.set(field.name, [field]);
    else same.push(field);
  }
  const names: string[] = [];
  const fields: RawField[] = [];
  for (const [name, protection] of protections) {
    const same = found.get(name) ?? [];
    for (const field of same) {
      names.push(name);
      fields.push(field);
    }
    if (protection === "always" || (protection === "if-present" && same.length > 0)) names.push(name);
  }
  return { names, fields };
}
