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
  const chunks = [reader.push(octets), reader.end()].filter(({ length }) => length > 0);
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  const content: MailContent = { eightBit: reader.eightBit, size, chunks, stream: () => streamOf(chunks) };
  const international = envelope.international || reader.eightBitHeader;
  return { envelope, messageId: undefined, international, content: () => content };
}

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
