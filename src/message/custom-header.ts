import { type Header, headerName } from "../mime/header.ts";
import { parsedKeywordsHeader } from "../mime/keywords.ts";
import { listIdHeader, listUrlHeader } from "../mime/list-header.ts";
import { MessageError, wrongWord } from "../mime/message-error.ts";
import { contentFieldAdvice } from "../mime/part-options.ts";
import { textHeader } from "../mime/unstructured.ts";
import { added, type Draft } from "./draft.ts";

type Method =
  | "from"
  | "sender"
  | "replyTo"
  | "to"
  | "cc"
  | "subject"
  | "date"
  | "messageId"
  | "inReplyTo"
  | "references"
  | "dispositionNotificationTo";

/** The builder's method for a field, if it has one; the draft calls the value by the same name. */
const methods = new Map<string, Method>([
  ["from", "from"],
  ["sender", "sender"],
  ["reply-to", "replyTo"],
  ["to", "to"],
  ["cc", "cc"],
  ["subject", "subject"],
  ["date", "date"],
  ["message-id", "messageId"],
  ["in-reply-to", "inReplyTo"],
  ["references", "references"],
  ["disposition-notification-to", "dispositionNotificationTo"],
]);

/** A `MessageBuilder`, as far as fields given by name need it. */
export type FieldMethods = Readonly<Record<Method, (value: string) => unknown>>;

/** Fields that are not free text, and are folded by rules of their own. */
const formats = new Map<string, (name: string, value: string) => Header>([
  ["list-unsubscribe-post", (name, value) => fixed(name, value, "List-Unsubscribe=One-Click")],
  ["tls-required", (name, value) => fixed(name, value, "No")],
  ["keywords", parsedKeywordsHeader],
  ["list-id", listIdHeader],
  ...["help", "unsubscribe", "subscribe", "post", "owner", "archive"].map(
    (kind): [string, (name: string, value: string) => Header] => [`list-${kind}`, listUrlHeader],
  ),
]);

/** Fields that would break or misrepresent the mail if written manually, and what to do instead. */
const refused = new Map([
  ["bcc", "use bcc()"],
  ["mime-version", "it is added"],
  ["received", "servers add it"],
  ["return-path", "the last server adds it; use envelope()"],
  ["dkim-signature", "a signer adds it"],
  // A server that finds its own name there assumes a mail loop and returns the mail (RFC 9228).
  ["delivered-to", "the server that delivers the mail adds it"],
  ["apparently-to", "it would disclose blind copies"],
]);

/** Fields that must not be repeated; those of List-* because RFC 2369 says so. */
const once =
  /^(?:content-.*|list-.*|tls-required|auto-submitted|importance|priority|x-priority|x-mailer|user-agent|organization)$/;

/**
 * Adds a field by name to the draft of a builder.
 *
 * @throws MessageError if the name or the value is not valid, the field must not be written manually, or it is set
 * already and must not be repeated.
 */
export function customHeader(builder: FieldMethods, draft: Draft, name: string, value: string): void {
  const key = headerName(name).toLowerCase();
  const advice = refused.get(key) ?? prefixAdvice(key);
  if (advice !== undefined)
    throw new MessageError(`${name}: cannot be written manually; ${advice}`, { field: name });
  const method = methods.get(key);
  if (method !== undefined) {
    const current = draft[method];
    if (current !== undefined && !(Array.isArray(current) && current.length === 0)) throw secondTime(name);
    builder[method](value);
    return;
  }
  if (once.test(key) && draft.headers.some((header) => header.name.toLowerCase() === key))
    throw secondTime(name);
  const format = formats.get(key) ?? textHeader;
  draft.headers = added(draft.headers, [format(name, value)]);
}

/** Replaces the fields of these names, for the methods that replace. */
export function replaceHeaders(draft: Draft, names: readonly string[], headers: readonly Header[]): void {
  const replaced = new Set(names.map((name) => name.toLowerCase()));
  draft.headers = draft.headers.filter(({ name }) => !replaced.has(name.toLowerCase())).concat(headers);
}

/** A field that has only one possible value (RFC 8058 3.1, RFC 8689 5). */
function fixed(name: string, value: string, only: string): Header {
  if (typeof value === "string" && value.toLowerCase() === only.toLowerCase())
    return textHeader(name, only, name);
  throw wrongWord(name, only, value);
}

function prefixAdvice(key: string): string | undefined {
  if (key.startsWith("content-")) return contentFieldAdvice(key);
  return key.startsWith("resent-") ? "use resent()" : undefined;
}

function secondTime(name: string): MessageError {
  return new MessageError(`${name}: is set already, and must not be repeated`, { field: name });
}
