import type { Envelope } from "../../address/envelope.ts";
import { EnvoiError, reasonOf } from "../../errors.ts";
import { contentError } from "../../mime/content-error.ts";
import type { RequestOptions } from "../extension-options/extension-options.ts";

/** The parts of a mail. */
export interface HandedMailFields {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  readonly requests: RequestOptions;
  readonly content: { stream(): AsyncIterable<Buffer> };
}

/**
 * One mail, as a {@link RawTransport} gives it to the function that delivers it.
 *
 * The bytes are a whole message with CRLF and without Bcc. Text is encoded in 7 bits; content given to `sendRaw` may
 * have bytes above 127.
 *
 * @example
 * ```ts
 * const transport = new RawTransport(async (mail) => {
 *   const { from, to } = mail.envelope;
 *   const response = await fetch("https://mail.example.org/send", {
 *     method: "POST",
 *     headers: { "x-from": String(from ?? ""), "x-to": to.join(",") },
 *     body: new Uint8Array(await mail.bytes()),
 *     signal: mail.signal,
 *   });
 *   return { id: await response.text() };
 * });
 * ```
 */
export class HandedMail {
  /** The sender and the recipients, including those of Bcc. */
  readonly envelope: Envelope;
  /** With its angle brackets; set if the mail is a Message. */
  readonly messageId: string | undefined;
  /** Aborts when the send is cancelled, its deadline has passed, or the transport is closed by force. */
  readonly signal: AbortSignal;
  /**
   * The options of the send for extensions of SMTP: those that the transport supports, and others that its caller can
   * do without.
   */
  readonly requests: RequestOptions;
  readonly #content: HandedMailFields["content"];
  #readToEnd = false;

  /** Called only by envoi. */
  constructor({ envelope, messageId, requests, content }: HandedMailFields, signal: AbortSignal) {
    this.requests = requests;
    this.envelope = envelope;
    this.messageId = messageId;
    this.signal = signal;
    this.#content = content;
  }

  /**
   * Whether the bytes were read to the end: before that the mail cannot have been delivered, after that it may have
   * been.
   */
  get readToEnd(): boolean {
    return this.#readToEnd;
  }

  /** All bytes at once. @throws EnvoiError of kind `"content"` if a file or stream of the mail fails. */
  bytes(): Promise<Buffer> {
    const bytes = gathered(this.stream());
    // If the function has failed meanwhile, nothing awaits the promise.
    bytes.catch(() => {});
    return bytes;
  }

  /** The bytes piece by piece. @throws EnvoiError of kind `"content"` if a file or stream of the mail fails. */
  async *stream(): AsyncGenerator<Buffer, void, void> {
    try {
      for await (const piece of this.#content.stream()) {
        // Throws instead of ending: the reader would take half of the mail for all of it.
        if (this.signal.aborted) throw this.signal.reason;
        yield piece;
      }
    } catch (error) {
      throw unreadable(error);
    }
    this.#readToEnd = true;
  }
}

async function gathered(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

function unreadable(cause: unknown): EnvoiError {
  if (EnvoiError.is(cause)) return cause;
  return contentError(`the content could not be read: ${reasonOf(cause)}`, cause);
}
