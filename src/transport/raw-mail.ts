import type { Envelope } from "../address/envelope.ts";
import { callersMistake, EnvoiError } from "../errors.ts";
import { RawMessageReader } from "../mime/raw-message.ts";
import type { Mail, MailContent } from "./mail.ts";

/** A message as octets, or a function that opens a stream of them; it is called again for each attempt. */
export type RawContent = Uint8Array | (() => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>);

/**
 * Octets from elsewhere as a mail.
 *
 * @throws MessageError naming the line where they cannot be sent, EnvoiError of kind `"configuration"` where they are
 * no octets.
 */
export function rawMail(envelope: Envelope, content: RawContent): Mail {
  if (content instanceof Uint8Array) return rawBytes(envelope, content);
  if (typeof content !== "function") {
    const message = "sendRaw expects a Uint8Array, or a function that opens a stream of them";
    throw new EnvoiError(message, { kind: "configuration", ...callersMistake });
  }
  const international = envelope.international;
  return {
    envelope,
    messageId: undefined,
    international,
    content: ({ eightBit }) => rawStream(content, eightBit),
  };
}

function rawBytes(envelope: Envelope, octets: Uint8Array): Mail {
  const reader = new RawMessageReader();
  const chunks = [reader.push(octets), reader.end()].filter(({ length }) => length > 0);
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  const content: MailContent = { eightBit: reader.eightBit, size, chunks, stream: () => streamOf(chunks) };
  const international = envelope.international || reader.eightBitHeader;
  return { envelope, messageId: undefined, international, content: () => content };
}

/** Whether a stream holds octets above 127 shows only as it comes: it counts as if, where the server takes them. */
function rawStream(open: Exclude<RawContent, Uint8Array>, eightBit: boolean): MailContent {
  async function* stream(): AsyncGenerator<Buffer> {
    const reader = new RawMessageReader();
    for await (const piece of await open()) {
      yield reader.push(piece);
      if (reader.eightBit && !eightBit)
        throw new Error("it holds octets above 127, which this server does not take");
      if (reader.eightBitHeader) throw new Error("its header holds octets above 127, which needs SMTPUTF8");
    }
    yield reader.end();
  }
  return { eightBit, size: undefined, chunks: undefined, stream };
}

async function* streamOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
