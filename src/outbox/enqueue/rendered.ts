import { createHash } from "node:crypto";
import type { Envelope, EnvelopeFields } from "../../address/envelope.ts";
import { copyOf, EnvoiError } from "../../errors.ts";
import { toEnvelope } from "../../message/content-inputs.ts";
import { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import { HeadReader, type RawField } from "../../mime/head-reader.ts";
import { MessageError } from "../../mime/message-error.ts";
import { longestId } from "../../mime/message-id.ts";
import { RawMessageReader } from "../../mime/raw-message.ts";

/** A mail that is whole already: its envelope and its bytes. */
export interface RawOutboxMessage {
  /** The sender and the recipients. */
  readonly envelope: Envelope | EnvelopeFields;
  /** The message, with lines that end in CRLF, or all in LF. */
  readonly raw: Uint8Array;
}

/** What can be enqueued. */
export type OutboxMessage = Message | MessageFields | RawOutboxMessage;

/** A mail as it is sent in each attempt. */
export interface Rendered {
  readonly envelope: Envelope;
  /** With its angle brackets; empty if raw bytes have none. */
  readonly messageId: string;
  readonly octets: Buffer;
  /** From top to bottom. */
  readonly header: readonly RawField[];
}

/**
 * Renders a mail, once for all attempts.
 *
 * @param at the Date of a message that was not given one
 * @throws AddressError, MessageError or an error of kind `content`: nothing was written then.
 */
export async function render(input: OutboxMessage, at: Date | undefined): Promise<Rendered> {
  if (!Message.is(input) && typeof input === "object" && input !== null && "raw" in input)
    return renderRaw(input as RawOutboxMessage);
  const built = Message.is(input) ? input : Message.create(input as MessageFields);
  const message = at === undefined ? built : built.dated(at);
  const octets = await read(message);
  return { envelope: message.envelope, messageId: message.messageId, octets, header: headerOf(octets) };
}

function renderRaw({ envelope: given, raw }: RawOutboxMessage): Rendered {
  const envelope = toEnvelope(given);
  if (!(raw instanceof Uint8Array)) {
    const problem = "expected a Uint8Array: the outbox stores bytes, and a stream can be read only once";
    throw new MessageError(`raw: ${problem}`, { field: "raw" });
  }
  const reader = new RawMessageReader();
  const octets = Buffer.from(reader.pushed(raw) + reader.ended(), "latin1");
  const header = headerOf(octets);
  const id =
    header
      .find(({ name }) => name === "message-id")
      ?.text.replace(/^[^:]*:\s*/, "")
      .trim() ?? "";
  return { envelope, messageId: id.length > longestId ? "" : id, octets, header };
}

/**
 * Reads streams and files twice: a stream that can be read only once would make the mail fail when the caller tries its
 * transaction again.
 */
async function read(message: Message): Promise<Buffer> {
  const { chunks } = message.content({ eightBit: false });
  if (chunks !== undefined) return Buffer.concat(chunks);
  try {
    const octets = await message.bytes();
    for await (const _ of message.stream());
    return octets;
  } catch (error) {
    throw EnvoiError.is(error) && isOfSystem(error.cause) ? readHere(error) : error;
  }
}

/** Such as ENOENT. */
function isOfSystem(cause: unknown): boolean {
  return typeof Object(cause).syscall === "string";
}

/** The path may be one of the machine that sends. */
function readHere(error: EnvoiError): EnvoiError {
  const remedy = "The outbox reads files when a mail is enqueued: do that on the machine that has the file";
  return copyOf(error, { message: `${error.message}. ${remedy}` });
}

function headerOf(octets: Buffer): readonly RawField[] {
  const reader = new HeadReader();
  const end = octets.indexOf("\r\n\r\n");
  reader.push(end === -1 ? octets : octets.subarray(0, end + 4));
  return reader.fields();
}

/**
 * What two mails have in common that are the same to people: everything but Date, Message-ID, signatures and
 * boundaries, which differ whenever a message is built.
 */
export function digestOf({ envelope, octets, header }: Rendered): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([envelope.from, envelope.to]));
  for (const { name, text } of header)
    if (!/^(?:date|message-id|dkim-signature|arc-.*)$/.test(name)) hash.update(withoutBoundaries(text));
  const end = octets.indexOf("\r\n\r\n");
  const body = end === -1 ? "" : octets.toString("latin1", end);
  const boundaries = boundariesIn(header.map(({ text }) => text).join("\r\n") + body);
  hash.update(boundaries.reduce((text, each, n) => text.replaceAll(each, `boundary ${n}`), body));
  return hash.digest("base64url");
}

const boundary = /boundary="?([^"\s;]+)/g;

function boundariesIn(text: string): string[] {
  return [...new Set([...text.matchAll(boundary)].map(([, each]) => each ?? ""))];
}

function withoutBoundaries(text: string): string {
  return text.replaceAll(boundary, "boundary");
}
