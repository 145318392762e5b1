import { writeFile } from "node:fs/promises";
import type { Address } from "../address/address.ts";
import { Envelope } from "../address/envelope.ts";
import { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import { EnvoiError } from "../errors.ts";
import { isBlindCopy } from "../mime/blind-copies.ts";
import type { Header } from "../mime/header.ts";
import { Headers } from "../mime/headers.ts";
import { MessageError } from "../mime/message-error.ts";
import { type EncodingConstraint, headText, type Part, type Piece } from "../mime/part.ts";
import { MessageBuilder } from "./builder.ts";
import { Content } from "./content.ts";
import type { Draft } from "./draft.ts";
import { type MessageFields, readFields } from "./message-fields.ts";
import { headerLines, messageHeaders } from "./message-headers.ts";
import { type SignedContent, signContent } from "./signed-content.ts";
import type { Signer } from "./signer.ts";
import { tree } from "./tree.ts";

/**
 * A mail, ready to be sent any number of times over any transport; immutable.
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
  /** From whom and to whom the mail travels; Bcc counts. */
  readonly envelope: Envelope;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly #fields: readonly Header[];
  /** The same as they are sent. */
  readonly #header: string;
  readonly #draft: Draft;
  readonly #asciiHeader: boolean;
  readonly #root: Part;
  readonly #international: boolean;
  readonly #signers: readonly Signer[];

  private constructor(key: symbol, draft: Draft) {
    if (key !== internal)
      throw new MessageError("use Message.builder() or Message.create() to make a message");
    const { fields, text, messageId, international } = messageHeaders(draft);
    this.envelope = draft.envelope ?? envelopeOf(draft);
    this.messageId = messageId;
    this.#fields = fields;
    this.#header = text;
    this.#draft = draft;
    this.#root = tree(draft);
    refuseSecondField(draft.headers, this.#root);
    this.#asciiHeader = !international;
    this.#international = international || this.envelope.international;
    this.#signers = draft.signers ?? [];
    Object.freeze(this);
  }

  /** Begins a message. */
  static builder(): MessageBuilder {
    return new MessageBuilder((draft) => new Message(internal, draft));
  }

  /**
   * Makes a message of fields that bear the builder's names. A plain object, such as parsed JSON, can open no file.
   *
   * @example
   * ```ts
   * Message.create({ from: "shop@example.com", to: ["a@example.org"], subject: "Hello", text: "Hello!" });
   * ```
   * @throws MessageError if a field is unknown or cannot be as it is; AddressError if an address is none.
   */
  static create(fields: MessageFields): Message {
    try {
      return readFields(Message.builder(), fields).build();
    } catch (error) {
      // Fields are read so deep down that the caller's line would fall off the end of the stack.
      if (EnvoiError.is(error)) Error.captureStackTrace?.(error, Message.create);
      throw error;
    }
  }

  /** Whether `value` is a message; a look-alike, such as an object from JSON, is not. */
  static is(value: unknown): value is Message {
    return typeof value === "object" && value !== null && #root in value;
  }

  /** The header fields, those of the content included, as they are on a 7-bit way. */
  get headers(): Headers {
    return new Headers([...this.#fields, ...this.#root.encode(sevenBit).headers]);
  }

  /**
   * Whether the server must offer SMTPUTF8: an address, in header or envelope, has a local part beyond ASCII, or the
   * header is UTF-8.
   */
  get international(): boolean {
    return this.#international;
  }

  /**
   * Whether To or Cc, or those of a resending, mention an address. An address of the envelope that is not mentioned
   * gets a blind copy.
   */
  mentions(address: Address): boolean {
    const { to, cc, resent } = this.#draft;
    const wanted = address.toString();
    const lists = [to, cc, ...resent.flatMap((block) => [block.to, block.cc])];
    return mailboxesOf(lists).some((mailbox) => mailbox.address.toString() === wanted);
  }

  /**
   * The octets for a way that bears what `constraint` says, with the signatures of the message above them. This is what
   * transports call.
   *
   * @param signers sign beside those of the message
   */
  content(constraint: EncodingConstraint, signers: readonly Signer[] = []): SignedContent {
    const header = this.#draft.keepBcc ? headerLines(this.#fields.filter(isToBeSent)) : this.#header;
    return this.#signed(header, constraint, signers);
  }

  #signed(header: string, constraint: EncodingConstraint, signers: readonly Signer[]): SignedContent {
    const all = signers.length === 0 ? this.#signers : [...this.#signers, ...signers];
    // What is signed goes as 7-bit whatever the way bears: a server on it that must encode would break the signature.
    return all.length === 0
      ? this.#content(header, constraint)
      : signContent(this.#content(header, constraint.signed === true ? constraint : sevenBit), all);
  }

  /** As it is written down: with Bcc, where that is kept. */
  #written(): SignedContent {
    return this.#signed(this.#header, sevenBit, []);
  }

  #content(header: string, constraint: EncodingConstraint): Content {
    const encoded = this.#root.encode(constraint);
    const { body, eightBit, binary } = encoded;
    const pieces = [header + headText(encoded), ...body];
    // Behind binary octets a line end would be one octet of them more.
    if (!binary && !endsLine(pieces.at(-1))) pieces.push("\r\n");
    return new Content(pieces, eightBit, binary, this.#asciiHeader);
  }

  /**
   * The whole message as it is sent over a 7-bit way: CRLF, no Bcc. Only a message that is to `keepBcc` has it here,
   * and in the other forms in which it is written down; over no transport does Bcc go out.
   *
   * @throws MessageError if an attachment must be streamed or a signer awaited; {@link Message.bytes} does both.
   */
  formatted(): Buffer {
    if (this.#signers.some(({ awaited }) => awaited)) {
      throw new MessageError("the message has a signer that must be awaited: use bytes() or stream()");
    }
    const { chunks } = this.#written();
    if (chunks === undefined) {
      throw new MessageError(
        "a file or stream is attached, which is read asynchronously: use bytes() or stream()",
      );
    }
    return joined(chunks);
  }

  /**
   * The same as {@link Message.formatted}, with files and streams read and signers awaited. @throws EnvoiError if one
   * fails.
   */
  async bytes(): Promise<Buffer> {
    const content = this.#written();
    if (content.chunks !== undefined) return joined(content.chunks);
    const chunks: Buffer[] = [];
    for await (const chunk of content.stream()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** The same octets, piece by piece, in constant memory whatever is attached. */
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

/** Of the header; of the last block of Resent-* if there is one (RFC 5322 section 3.6.6). */
function envelopeOf(draft: Draft): Envelope {
  const { from, sender, to, cc, bcc } = draft;
  const resent = draft.resent.at(-1);
  if (resent !== undefined)
    return Envelope.of(resent.sender ?? resent.from, [...resent.to, ...resent.cc, ...resent.bcc]);
  const recipients = mailboxesOf([to, cc, bcc]);
  if (recipients.length === 0) {
    throw new MessageError("to: a message needs a recipient in to, cc or bcc, or an envelope", {
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

/** Bcc is for whoever keeps the mail. */
function isToBeSent({ name }: Header): boolean {
  return !isBlindCopy(name);
}

/** A Content-* field may be given for the message or for the part that is its content, which is the same place. */
function refuseSecondField(fields: readonly Header[], root: Part): void {
  const content = fields.filter(({ name }) => /^content-/i.test(name));
  if (content.length === 0) return;
  const names = root.encode(sevenBit).headers.map(({ name }) => name.toLowerCase());
  const second = content.find(({ name }) => names.includes(name.toLowerCase()));
  if (second === undefined) return;
  const problem = "the content of the message has this field already";
  throw new MessageError(`${second.name}: ${problem}`, { field: second.name });
}

function endsLine(piece: Piece | undefined): boolean {
  if (typeof piece === "string") return piece.endsWith("\r\n");
  return typeof piece === "object" && piece.length > 1 && piece.at(-2) === 0x0d && piece.at(-1) === 0x0a;
}

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
