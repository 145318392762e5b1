import { Envelope, type EnvelopeFields } from "../address/envelope.ts";
import { parseContentType } from "../mime/content-type.ts";
import { wrongField, wrongWord } from "../mime/message-error.ts";
import { MultiPart } from "../mime/multi-part.ts";
import type { Part } from "../mime/part.ts";
import { SinglePart } from "../mime/single-part.ts";
import { Attachment } from "./attachment.ts";

/**
 * Reads what callers pass as content. Only genuine attachments and parts are accepted: an object that looks like one,
 * such as parsed JSON with a `path`, opens nothing.
 */
export function toAttachment(input: unknown, field: string): Attachment | Part {
  if (Attachment.is(input) || isPart(input)) return input;
  throw wrongField(
    field,
    "an Attachment or a part",
    input,
    "Make one with Attachment.fromBytes, .fromPath or .fromStream",
  );
}

/** @throws MessageError if `input` is neither a string nor a part of this type. */
export function toTextPart(input: unknown, type: "text/plain" | "text/html", field: string): SinglePart {
  if (typeof input === "string") return SinglePart.text(input, { type }, field);
  if (SinglePart.is(input) && input.type === type) return input;
  throw wrongField(field, `a string or a SinglePart of type ${type}`, input);
}

/**
 * Reads a form of the content that has a type of its own.
 *
 * @throws MessageError if `input` is neither a string nor a part of this type, or the type is not valid.
 */
export function toAlternative(type: string, input: unknown): SinglePart {
  const field = "alternative";
  const { essence, parameters } = parseContentType(type, field);
  const part = SinglePart.is(input) ? input : SinglePart.text(input as string, { type }, field);
  if (part === input && parameters.size > 0)
    throw wrongWord(field, "a type without parameters, because the part has them", type);
  if (part.type === essence) return part;
  throw wrongField(field, `a string or a SinglePart of type ${type}`, input);
}

/** @throws MessageError if `input` is not a string, bytes or a part. */
export function toPart(input: unknown): Part {
  if (typeof input === "string") return SinglePart.text(input, {}, "body");
  if (input instanceof Uint8Array) return SinglePart.bytes(input);
  if (isPart(input)) return input;
  throw wrongField("body", "a string, a Uint8Array or a part", input);
}

/** @throws AddressError if an address is not valid; MessageError if `input` is not an envelope. */
export function toEnvelope(input: unknown): Envelope {
  if (Envelope.is(input)) return input;
  if (typeof input === "object" && input !== null && "from" in input && "to" in input) {
    const { from, to } = input as EnvelopeFields;
    return Envelope.of(from, to);
  }
  throw wrongField("envelope", "an Envelope or { from, to }", input);
}

function isPart(input: unknown): input is Part {
  return SinglePart.is(input) || MultiPart.is(input);
}
