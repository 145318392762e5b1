import type { RawField } from "../mime/head-reader.ts";

/**
 * How a field is signed: where it stands; or also that no more of them stand, if one does; or that in any case
 * (RFC 6376 sections 5.4 and 8.15: a second From put above the first would else be shown as if it were signed).
 */
export type Protection = "present" | "if-present" | "always";

/**
 * What is signed unless the signer is told otherwise: the fields of RFC 6376 section 5.4.1 and of MIME, and both fields
 * of the one-click unsubscription, which RFC 8058 section 4 wants signed.
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
 * Fields that servers on the way add, change or take away, and those of signatures, which say nothing of the mail: a
 * signature over them breaks (RFC 6376 section 5.4.1).
 */
export function neverSigned(name: string): boolean {
  return (
    /^(?:(?:resent-)?bcc|return-path|received|delivered-to|authentication-results)$/.test(name) ||
    /^(?:received-|arc-|dkim-|domainkey-|x-received|x-original-)/.test(name)
  );
}

/** The fields that a signature covers, in the order of its `h=`. */
export interface SignedFields {
  /** The names of `h=`, those of fields that must not be added included. */
  readonly names: readonly string[];
  readonly fields: readonly RawField[];
}

/** Picks the fields to sign. Of those of one name the lowest comes first (RFC 6376 section 5.4.2). */
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
