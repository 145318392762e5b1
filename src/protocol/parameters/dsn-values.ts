import { decodeXtext, encodeXtext } from "./xtext.ts";

/** When the sender is notified about a recipient (RFC 3461 4.1). The list is never empty. */
export type Notify = "NEVER" | readonly ("SUCCESS" | "FAILURE" | "DELAY")[];

/** The recipient as the sender originally named it (RFC 3461 4.2). */
export interface OriginalRecipient {
  /** `"rfc822"`, `"utf-8"` (RFC 6533 3) or another registered type, in lower case. */
  readonly type: string;
  /** The address, in the form that the type defines. */
  readonly address: string;
}

/**
 * The id of a mail in notifications, as xtext of at most 100 octets (RFC 3461 4.4); `undefined` if it is not printable
 * ASCII.
 */
export function formatEnvelopeId(id: string): string | undefined {
  const text = encodeXtext(id);
  return parseEnvelopeId(text) === id ? text : undefined;
}

/** Reads what {@link formatEnvelopeId} writes; `undefined` if it is malformed. */
export function parseEnvelopeId(text: string): string | undefined {
  const id = text === "" || text.length > 100 ? undefined : decodeXtext(text);
  return id === undefined || /[^ -~]/.test(id) ? undefined : id;
}

/** `NEVER` or `SUCCESS,DELAY`. */
export function formatNotify(notify: Notify): string | undefined {
  const text = typeof notify === "string" ? notify : notify.join(",");
  return parseNotify(text) === undefined ? undefined : text;
}

/** Reads what {@link formatNotify} writes, in any case; `undefined` if it is malformed. */
export function parseNotify(text: string): Notify | undefined {
  const words = text.toUpperCase().split(",");
  if (words.length === 1 && words[0] === "NEVER") return "NEVER";
  const distinct = new Set(words).size === words.length;
  return distinct && words.every(isOccasion) ? words : undefined;
}

function isOccasion(word: string): word is "SUCCESS" | "FAILURE" | "DELAY" {
  return word === "SUCCESS" || word === "FAILURE" || word === "DELAY";
}

/**
 * `rfc822;jo+2Bx@y.test`, or for the type `utf-8` its ASCII form, which is allowed with and without SMTPUTF8. If that
 * is too long, the UTF-8 form, for SMTPUTF8 only (utf-8-addr-unitext, RFC 6533 3).
 *
 * @returns undefined if it is not valid, or too long in any form.
 */
export function formatOriginalRecipient({ type, address }: OriginalRecipient): string | undefined {
  const isUnicode = type === "utf-8";
  const forms = isUnicode
    ? [encodeUnicodeXtext(address), encodeUnicodeXtext(address, /[^!-*,-<>-[\]-~\u00a0-\u{10ffff}]/gu)]
    : [encodeXtext(address)];
  return forms
    .map((form) => `${type};${form}`)
    .find((text) => {
      const back = parseOriginalRecipient(text);
      return back?.type === type && back.address === address;
    });
}

/**
 * Reads what {@link formatOriginalRecipient} writes. `rfc822` with an address that is not ASCII is read as `utf-8`;
 * `undefined` if it is malformed.
 */
export function parseOriginalRecipient(text: string): OriginalRecipient | undefined {
  const match = /^([A-Za-z0-9-]{1,60});(.{1,500})$/su.exec(text);
  if (match === null) return undefined;
  const type = (match[1] as string).toLowerCase();
  const written = match[2] as string;
  const address = type === "utf-8" ? decodeUnicodeXtext(written) : decodeXtext(written);
  if (address === undefined) return undefined;
  if (type === "utf-8" || /^[ -~]+$/.test(address)) return { type, address };
  // Only `utf-8` may contain more than ASCII. But Postfix writes rfc822 for such addresses, and mail that it relays
  // would bounce.
  return type === "rfc822" && !/\p{C}/u.test(address) ? { type: "utf-8", address } : undefined;
}

/** utf-8-addr-xtext (RFC 6533 3): everything but printable ASCII is written as `\x{hex}`. */
function encodeUnicodeXtext(text: string, escaped: RegExp = /[^!-*,-<>-[\]-~]/gu): string {
  return text.replace(escaped, (character) => {
    const hex = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(2, "0");
    return `\\x{${hex}}`;
  });
}

/** utf-8-addr-xtext, or utf-8-addr-unitext, in which other characters than ASCII may be unencoded. */
function decodeUnicodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-[\]-~]|[^\0-\x7f]|\\x\{[0-9A-F]{2,6}\})+$/u.test(text)) return undefined;
  let sound = true;
  const decoded = text.replace(/\\x\{([0-9A-F]+)\}/g, (_, hex: string) => {
    const point = Number.parseInt(hex, 16);
    if (point > 0x10_ffff || (point >= 0xd800 && point < 0xe000)) sound = false;
    return sound ? String.fromCodePoint(point) : "";
  });
  return sound && !/[\p{Cc}\p{Cs}]/u.test(decoded) ? decoded : undefined;
}
