import type { Codec } from "../text/charsets/codec.ts";
import { readyCodec } from "../text/charsets/ready-codec.ts";
import { registeredCharset } from "../text/charsets/registered-charset.ts";
import { MessageError } from "./message-error.ts";

/**
 * The charset functions that parts need. They are not in the class, because its `load` leads to the tables of
 * iconv-lite, which a bundle of a program that sends UTF-8 must not contain.
 */

/** Every Charset that was made. */
export const genuineCharsets: WeakSet<object> = new WeakSet();

/** Whether `value` is a Charset; a look-alike, such as an object from JSON, is not. */
export function isCharset(value: unknown): boolean {
  return typeof value === "object" && value !== null && genuineCharsets.has(value);
}

/**
 * The octets of `text` in the charset of a label: UTF-8, UTF-16LE, one that the runtime has a table of, or one that was
 * loaded before.
 *
 * @throws MessageError if the label stands for no registered charset, for one that must be loaded first, or for one
 * that lacks a character of the text.
 */
export function encodeAs(label: string, text: string, field: string): Buffer {
  const registered = registeredCharset(label);
  if (registered === undefined) throw unknownCharset(label, "type");
  const codec = readyCodec(registered);
  if (codec !== undefined) return encodeBy(codec, text, field);
  const problem = `the table of ${registered.name} is not loaded; call await Charset.load("${registered.name}") first`;
  throw new MessageError(`type: ${problem}`, { field: "type" });
}

/** @throws MessageError naming the first character that the charset lacks, and its position. */
export function encodeBy(codec: Codec, text: string, field: string): Buffer {
  const position = codec.lacks(text);
  if (position < 0) return codec.encode(text);
  const lost = String.fromCodePoint(text.codePointAt(position) ?? 0);
  throw new MessageError(
    `${field}: ${JSON.stringify(lost)} at position ${position} is not in ${codec.name}; use UTF-8`,
    { field, position },
  );
}

/** The registered name of a charset by any of its labels, in small letters; `undefined` if it is not known here. */
export function charsetName(label: string): string | undefined {
  return registeredCharset(label)?.name;
}

/** The error for a label that is not a charset. */
export function unknownCharset(label: string, field: string): MessageError {
  const given = typeof label === "string" ? JSON.stringify(label.slice(0, 60)) : typeof label;
  return new MessageError(
    `${field}: expected the name of a registered charset such as iso-8859-1, got ${given}; UTF-8 needs none`,
    { field },
  );
}
