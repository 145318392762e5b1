import type { Envelope } from "../../address/envelope.ts";
import { EnvoiError, reasonOf } from "../../errors.ts";
import { contentError } from "../../mime/content-error.ts";
import type { RequestOptions } from "../requests/request-options.ts";

/** What a mail is made of. */
interface MailFields {
  readonly envelope: Envelope;
  readonly messageId: string | undefined;
  readonly requests: RequestOptions;
  readonly content: { stream(): AsyncIterable<Buffer> };
}

/**
 * One mail, as a {@link RawTransport} gives it to the function that hands it over.
 *
 * The octets are a whole message with CRLF and without Bcc. Its text is encoded for a 7-bit way; what `sendRaw` was
 * given may hold octets above 127.
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
  /** From whom and to whom the mail travels; Bcc counts. */
  readonly envelope: Envelope;
  /** With its angle brackets, where the mail is a Message. */
  readonly messageId: string | undefined;
  /** Aborts when the send is called off, its deadline has passed, or the transport is closed by force. */
  readonly signal: AbortSignal;
  /**
   * The options of the send that go to extensions of SMTP: those that the transport said it heeds, and others its
   * caller can do without.
   */
  readonly requests: RequestOptions;
  readonly #content: MailFields["content"];
  #readToEnd = false;

  /** Not for callers. */
  constructor({ envelope, messageId, requests, content }: MailFields, signal: AbortSignal) {
    this.requests = requests;
    this.envelope = envelope;
    this.messageId = messageId;
    this.signal = signal;
    this.#content = content;
  }

  /** Whether the octets were read to their end: before that nobody can have the mail, from then on somebody may. */
  get readToEnd(): boolean {
    return this.#readToEnd;
  }

  /** All octets at once. @throws EnvoiError of kind `"content"` where a file or stream of the mail fails. */
  bytes(): Promise<Buffer> {
    const bytes = gathered(this.stream());
    // A function that has failed meanwhile does not wait for it, and nobody else does.
    bytes.catch(() => {});
    return bytes;
  }

  /** The octets piece by piece. @throws EnvoiError of kind `"content"` where a file or stream of the mail fails. */
  async *stream(): AsyncGenerator<Buffer, void, void> {
    try {
      for await (const piece of this.#content.stream()) {
        // Not an end: whoever reads would take half of the mail for all of it.
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
