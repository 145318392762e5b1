import { Envelope, type EnvelopeFields } from "../address/envelope.ts";
import { parseContentType } from "../mime/content-type.ts";
import { MessageError } from "../mime/message-error.ts";
import { MultiPart } from "../mime/multi-part.ts";
import type { Part } from "../mime/part.ts";
import { SinglePart } from "../mime/single-part.ts";
import { Attachment } from "./attachment.ts";

/**
 * What callers give for content, read into values of ours. Only genuine attachments and parts pass: an object that
 * merely looks like one, such as parsed JSON with a `path`, opens nothing.
 */
export function toAttachment(input: unknown, field: string): Attachment | Part {
  if (Attachment.is(input) || isPart(input)) return input;
  throw new MessageError(
    `${field}: an Attachment is expected, made by Attachment.fromBytes, .fromPath or .fromStream`,
    { field },
  );
}

/** @throws MessageError if it is no text, or a part of another type. */
export function toTextPart(input: unknown, type: "text/plain" | "text/html", field: string): SinglePart {
  if (typeof input === "string") return SinglePart.text(input, { type }, field);
  if (SinglePart.is(input) && input.type === type) return input;
  throw new MessageError(`${field}: a string or a SinglePart of type ${type} is expected`, { field });
}

/**
 * A form of the content of a type of one's own.
 *
 * @throws MessageError if it is no text, or a part of another type, or the type is none.
 */
export function toAlternative(type: string, input: unknown): SinglePart {
  const field = "alternative";
  const { essence, parameters } = parseContentType(type, field);
  const part = SinglePart.is(input) ? input : SinglePart.text(input as string, { type }, field);
  if (part === input && parameters.size > 0)
    throw new MessageError(`${field}: a part says the parameters of its type itself`, { field });
  if (part.type === essence) return part;
  throw new MessageError(`${field}: a string or a SinglePart of type ${type} is expected`, { field });
}

/** @throws MessageError if it is neither text nor octets nor a part. */
export function toPart(input: unknown): Part {
  if (typeof input === "string") return SinglePart.text(input, {}, "body");
  if (input instanceof Uint8Array) return SinglePart.bytes(input);
  if (isPart(input)) return input;
  throw new MessageError("body: a string, a Uint8Array or a part is expected", { field: "body" });
}

/** @throws AddressError if an address in it is none; MessageError if it is no envelope. */
export function toEnvelope(input: unknown): Envelope {
  if (Envelope.is(input)) return input;
  if (typeof input === "object" && input !== null && "from" in input && "to" in input) {
    const { from, to } = input as EnvelopeFields;
    return Envelope.of(from, to);
  }
  throw new MessageError("envelope: Envelope.of(from, to) or { from, to } is expected", {
    field: "envelope",
  });
}

function isPart(input: unknown): input is Part {
  return SinglePart.is(input) || MultiPart.is(input);
}
