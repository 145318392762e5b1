import { randomUUID } from "node:crypto";
import type { Address } from "../address/address.ts";
import { atomCharacters, atomsBetween } from "../address/atom.ts";
import { fold, foldAt } from "./fold.ts";
import { checkText, Header } from "./header.ts";
import { MessageError } from "./message-error.ts";

/**
 * Reads one message id, with or without angle brackets, and returns it with them. An id in brackets may be from another
 * program, so only its at sign is checked.
 *
 * @throws MessageError if the text is not `left@right` in printable ASCII without spaces and brackets (RFC 5322 3.6.4).
 */
export function messageId(text: string, field: string): string {
  const id = identifier(text, field);
  if (text.startsWith("<") ? /^<[^@]+@[^@]+>$/.test(id) : bareId.test(text)) return id;
  throw new MessageError(`${field}: expected a message id of the form <left@right>`, { field });
}

/** A message id that no other message has, in the domain of its author. */
export function newMessageId({ domain }: Address): string {
  return `<${randomUUID()}@${domain}>`;
}

/** Makes a header of message ids: Message-ID, In-Reply-To, References. An id is never cut. */
export function messageIdHeader(name: string, ids: readonly string[]): Header {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined && name.length + 2 + only.length <= foldAt)
    return Header.formatted(name, only, `${name}: ${only}`);
  const tokens = ids.map((id) => ` ${id}`);
  return Header.formatted(name, ids.join(" "), fold(name, tokens));
}

/** Reads a Content-ID, with or without brackets, and returns it without, as in a `cid:` URL (RFC 2392). */
export function contentId(text: string, field: string): string {
  return identifier(text, field).slice(1, -1);
}

/** The longest id that fits in a line of 998 octets with the name of its header. */
export const longestId = 900;

/** An id without brackets, in the current syntax (RFC 5322 3.6.4). */
export const bareId: RegExp = new RegExp(
  `^${atomsBetween("\\.", atomCharacters)}@(?:${atomsBetween("\\.", atomCharacters)}|\\[[!-Z^-~]*\\])$`,
);

function identifier(text: string, field: string): string {
  checkText(text, field);
  const bare = text.startsWith("<") && text.endsWith(">") ? text.slice(1, -1) : text;
  const position = bare.search(/[^!-;=?-~]/);
  if (bare !== "" && position < 0 && bare.length <= longestId) return `<${bare}>`;
  throw new MessageError(
    `${field}: expected 1 to ${longestId} printable ASCII characters without spaces and angle brackets`,
    { field, position: position < 0 ? undefined : position + (bare === text ? 0 : 1) },
  );
}
