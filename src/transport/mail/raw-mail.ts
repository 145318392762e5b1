import type { Envelope } from "../../address/envelope.ts";
import { misconfigured } from "../../errors.ts";
import type { ByteSource } from "../../message/byte-source.ts";
import { RawMessageReader } from "../../mime/raw-message.ts";
import type { Mail, MailContent } from "./mail.ts";
import { rawStream } from "./raw-stream.ts";

/**
 * A message as bytes, or a function that opens their source. It is called again for each attempt, and once more if more
 * than 1 MiB is signed.
 */
export type RawContent = Uint8Array | (() => ByteSource | Promise<ByteSource>);

/**
 * Raw bytes as a mail.
 *
 * @throws MessageError naming the line that cannot be sent; EnvoiError of kind `"configuration"` if they are not bytes.
 */
export function rawMail(envelope: Envelope, content: RawContent): Mail {
  if (content instanceof Uint8Array) return rawBytes(envelope, content);
  if (typeof content === "function") return rawStream(envelope, content);
  const message = "sendRaw expects a Uint8Array, or a function that opens a stream of them";
  throw misconfigured(message);
}

function rawBytes(envelope: Envelope, octets: Uint8Array): Mail {
  const reader = new RawMessageReader();
  const content = new RawBytes([reader.pushed(octets), reader.ended()], reader.eightBit);
  const international = envelope.international || reader.eightBitHeader;
  return { envelope, messageId: undefined, international, content: () => content };
}

/** Content in memory. If it is small and ASCII, it is copied once: to the socket. */
class RawBytes implements MailContent {
  readonly eightBit: boolean;
  readonly size: number;
  readonly text: string | undefined;
  #chunks: readonly Buffer[] | undefined;

  /** @param pieces with a character for each octet */
  constructor(pieces: readonly string[], eightBit: boolean) {
    this.eightBit = eightBit;
    this.size = pieces.reduce((size, { length }) => size + length, 0);
    if (!eightBit && this.size < LARGE) this.text = pieces.join("");
    else this.#chunks = octetsOf(pieces);
  }

  get chunks(): readonly Buffer[] {
    this.#chunks ??= octetsOf([this.text ?? ""]);
    return this.#chunks;
  }

  async *stream(): AsyncGenerator<Buffer> {
    yield* this.chunks;
  }
}

/** Bytes. Text of this size would be copied when it is sent. */
const LARGE = 65_536;

function octetsOf(pieces: readonly string[]): Buffer[] {
  return pieces.filter(({ length }) => length > 0).map((piece) => Buffer.from(piece, "latin1"));
}
