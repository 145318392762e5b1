import { writeFile } from "node:fs/promises";
import type { Address } from "../address/address.ts";
import { Envelope } from "../address/envelope.ts";
import { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import { EnvoiError } from "../errors.ts";
import { isBlindCopy } from "../mime/blind-copies.ts";
import { type DateInput, dateHeader } from "../mime/date-time.ts";
import type { Header } from "../mime/header.ts";
import { Headers } from "../mime/headers.ts";
import { MessageError } from "../mime/message-error.ts";
import { type EncodingConstraint, headText, type Part } from "../mime/part.ts";
import { MessageBuilder } from "./builder.ts";
import { Content } from "./content.ts";
import type { Draft } from "./draft.ts";
import { type MessageFields, readFields } from "./message-fields.ts";
import { headerLines, messageHeaders } from "./message-headers.ts";
import { tree } from "./mime-tree.ts";
import { type SignedContent, signContent } from "./signed-content.ts";
import type { Signer } from "./signer.ts";

/**
 * A mail that can be sent any number of times over any transport; immutable.
 *
 * @example
 * ```ts
 * const message = Message.builder()
 *   .from("Shop <shop@example.com>")
 *   .to("Zoë <zoe@example.org>")
 *   .subject("Ihre Bestellung")
 *   .text("Vielen Dank!")
 *   .build();
 * ```
 */
export class Message {
  /** The sender and the recipients, those of Bcc included. */
  readonly envelope: Envelope;
  /** The Message-ID, with its angle brackets. */
  readonly messageId: string;
  readonly #fields: readonly Header[];
  /** The same as they are sent. */
  readonly #header: string;
  readonly #keepBcc: boolean;
  readonly #to: Draft["to"];
  readonly #cc: Draft["cc"];
  readonly #resent: Draft["resent"];
  readonly #asciiHeader: boolean;
  readonly #root: Part;
  readonly #international: boolean;
  readonly #signers: readonly Signer[];
  readonly #draft: Draft;

  private constructor(key: symbol, draft: Draft) {
    if (key !== internal)
      throw new MessageError("use Message.builder() or Message.create() to make a message");
    const { fields, text, messageId, international } = messageHeaders(draft);
    this.envelope = draft.envelope ?? envelopeOf(draft);
    this.messageId = messageId;
    this.#fields = fields;
    this.#header = text;
    this.#keepBcc = draft.keepBcc;
    this.#to = draft.to;
    this.#cc = draft.cc;
    this.#resent = draft.resent;
    this.#root = tree(draft);
    refuseSecondField(draft.headers, this.#root);
    this.#asciiHeader = !international;
    this.#international = international || this.envelope.international;
    this.#signers = draft.signers ?? [];
    this.#draft = draft;
    Object.freeze(this);
  }

  /** Returns a new builder. */
  static builder(): MessageBuilder {
    return new MessageBuilder((draft) => new Message(internal, draft));
  }

  /**
   * Makes a message from fields with the names of the builder's methods. A plain object, such as parsed JSON, cannot
   * open a file.
   *
   * @example
   * ```ts
   * Message.create({ from: "shop@example.com", to: ["a@example.org"], subject: "Hello", text: "Hello!" });
   * ```
   * @throws MessageError if a field is unknown or not valid; AddressError if an address is not valid.
   */
  static create(fields: MessageFields): Message {
    try {
      return readFields(Message.builder(), fields).build();
    } catch (error) {
      // Fields are read so deep in the stack that the caller's line would be cut off.
      if (EnvoiError.is(error)) Error.captureStackTrace?.(error, Message.create);
      throw error;
    }
  }

  /** Whether `value` is a message. An object from JSON that looks like one is not. */
  static is(value: unknown): value is Message {
    return typeof value === "object" && value !== null && #root in value;
  }

  /** The header fields, including those of the content, as they are sent to a server without 8BITMIME. */
  get headers(): Headers {
    return new Headers([...this.#fields, ...this.#root.encode(sevenBit).headers]);
  }

  /**
   * Whether the server must offer SMTPUTF8: an address in the header or the envelope has a non-ASCII local part, or the
   * header is UTF-8.
   */
  get international(): boolean {
    return this.#international;
  }

  /**
   * The same message with another Date, for a mail that is sent later. A message that was built with a date keeps it.
   *
   * @throws MessageError if the date is not valid.
   */
  dated(date: DateInput): Message {
    if (this.#draft.date !== undefined) return this;
    const draft = this.#draft.copy();
    draft.date = dateHeader("Date", date, "date");
    draft.messageId = this.messageId;
    return new Message(internal, draft);
  }

  /**
   * Whether To or Cc, or those of a resending, mention an address. An address of the envelope that is not mentioned
   * gets a blind copy.
   */
  mentions(address: Address): boolean {
    const wanted = address.toString();
    const lists = [this.#to, this.#cc, ...this.#resent.flatMap((block) => [block.to, block.cc])];
    return mailboxesOf(lists).some((mailbox) => mailbox.address.toString() === wanted);
  }

  /**
   * Returns the bytes that fit `constraint`, with the signatures of the message above them. Transports call this.
   *
   * @param signers sign in addition to those of the message
   */
  content(constraint: EncodingConstraint, signers: readonly Signer[] = []): SignedContent {
    const header = this.#keepBcc ? headerLines(this.#fields.filter(isToBeSent)) : this.#header;
    return this.#signed(header, constraint, signers);
  }

  #signed(header: string, constraint: EncodingConstraint, signers: readonly Signer[]): SignedContent {
    const all = signers.length === 0 ? this.#signers : [...this.#signers, ...signers];
    // Signed mail is always 7-bit: a later server that had to encode it would break the signature.
    return all.length === 0
      ? this.#content(header, constraint)
      : signContent(this.#content(header, constraint.signed === true ? constraint : sevenBit), all);
  }

  /** The copy that is kept: with Bcc, if the message keeps it. */
  #written(): SignedContent {
    return this.#signed(this.#header, sevenBit, []);
  }

  #content(header: string, constraint: EncodingConstraint): Content {
    const encoded = this.#root.encode(constraint);
    const { body, eightBit, binary } = encoded;
    const pieces = [header + headText(encoded), ...body];
    return new Content(pieces, eightBit, binary, this.#asciiHeader);
  }

  /**
   * Returns the whole message as it is sent to a server without 8BITMIME: with CRLF, without Bcc. Only a message with
   * `keepBcc` has Bcc here and in `bytes()`, `stream()` and `save()`; no transport sends it.
   *
   * @throws MessageError if an attachment must be streamed or a signer awaited: call {@link Message.bytes} then.
   */
  formatted(): Buffer {
    if (this.#signers.some(({ awaited }) => awaited)) {
      throw new MessageError("the message has a signer that must be awaited. Call bytes() or stream()");
    }
    const { chunks } = this.#written();
    if (chunks === undefined) {
      throw new MessageError(
        "the message has a file or stream attached, which must be awaited. Call bytes() or stream()",
      );
    }
    return joined(chunks);
  }

  /**
   * Like {@link Message.formatted}, but reads files and streams and awaits signers. @throws EnvoiError if one of them
   * fails.
   */
  async bytes(): Promise<Buffer> {
    const content = this.#written();
    if (content.chunks !== undefined) return joined(content.chunks);
    const chunks: Buffer[] = [];
    for await (const chunk of content.stream()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** Returns the same bytes piece by piece, in constant memory whatever the size of attachments. */
  stream(): AsyncIterable<Buffer> {
    return this.#written().stream();
  }

  /** Writes the message to a file, such as `mail.eml`. @throws the error of the file system. */
  async save(path: string): Promise<void> {
    await writeFile(path, this.stream());
  }
}

const internal: unique symbol = Symbol("Message");
const sevenBit: EncodingConstraint = { eightBit: false };

/** The envelope by the header, or by its last block of Resent-* fields (RFC 5322 section 3.6.6). */
function envelopeOf(draft: Draft): Envelope {
  const { from, sender, to, cc, bcc } = draft;
  const resent = draft.resent.at(-1);
  if (resent !== undefined)
    return Envelope.of(resent.sender ?? resent.from, [...resent.to, ...resent.cc, ...resent.bcc]);
  const recipients = mailboxesOf([to, cc, bcc]);
  if (recipients.length === 0) {
    throw new MessageError("to: expected a recipient in to, cc or bcc, or an envelope", {
      field: "to",
    });
  }
  return Envelope.of(sender ?? from[0] ?? null, recipients);
}

function mailboxesOf(lists: readonly (readonly (Mailbox | Group)[])[]): Mailbox[] {
  const mailboxes: Mailbox[] = [];
  for (const list of lists) {
    for (const item of list) {
      if (!Group.is(item)) mailboxes.push(item);
      else for (const member of item.members) mailboxes.push(member);
    }
  }
  return mailboxes;
}

/** Bcc is only for a copy that is kept. */
function isToBeSent({ name }: Header): boolean {
  return !isBlindCopy(name);
}

/** The fields of the message and those of its content are in the same header. */
function refuseSecondField(fields: readonly Header[], root: Part): void {
  if (fields.length === 0) return;
  const content = fields.filter(({ name }) => /^content-/i.test(name));
  if (content.length === 0) return;
  const names = root.encode(sevenBit).headers.map(({ name }) => name.toLowerCase());
  const second = content.find(({ name }) => names.includes(name.toLowerCase()));
  if (second === undefined) return;
  const problem = "is set already by the content of the message";
  throw new MessageError(`${second.name}: ${problem}`, { field: second.name });
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
