import type { Envelope } from "../../address/envelope.ts";
import { callersMistake, EnvoiError } from "../../errors.ts";
import { type ByteSource, readSource } from "../../message/byte-source.ts";
import { RawMessageReader } from "../../mime/raw-message.ts";
import type { Mail, MailContent } from "./mail.ts";

/**
 * A raw stream as a mail. Its header is read before anything is sent, because only it shows whether the mail needs
 * SMTPUTF8. Whether the body has bytes above 127 is known only when it arrives: if the server accepts them, the mail
 * counts as having some.
 */
export function rawStream(envelope: Envelope, open: () => ByteSource | Promise<ByteSource>): Mail {
  let eightBitHeader = false;
  let begun: Reading | undefined;
  const close = (): void => begun?.stop();
  const content = ({ eightBit }: { readonly eightBit: boolean }): MailContent => {
    const whole = { eightBit, size: undefined, chunks: undefined };
    async function* stream(): AsyncGenerator<Buffer> {
      const reading = new Reading(open, eightBit);
      yield* reading.lines();
      eightBitHeader = reading.eightBitHeader;
    }
    async function opened(): Promise<MailContent> {
      close();
      const reading = new Reading(open, eightBit);
      begun = reading;
      const head = await reading.head();
      eightBitHeader = reading.eightBitHeader;
      return { ...whole, stream: () => resumed(head, reading) };
    }
    return { ...whole, stream, opened };
  };
  const international = envelope.international;
  const internationalHeader = (): boolean => eightBitHeader;
  return { envelope, messageId: undefined, international, internationalHeader, content, close };
}

async function* resumed(head: readonly Buffer[], reading: Reading): AsyncGenerator<Buffer> {
  yield* head;
  yield* reading.lines();
}

/** One reading of a stream, from its first octet to its last. */
class Reading {
  readonly #source: AsyncGenerator<Uint8Array>;
  readonly #reader = new RawMessageReader();
  readonly #eightBit: boolean;

  constructor(open: () => ByteSource | Promise<ByteSource>, eightBit: boolean) {
    this.#source = readSource(open, "sendRaw");
    this.#eightBit = eightBit;
  }

  get eightBitHeader(): boolean {
    return this.#reader.eightBitHeader;
  }

  /** Reads until the header has ended. */
  async head(): Promise<readonly Buffer[]> {
    const head: Buffer[] = [];
    while (this.#reader.inHeader) {
      const next = await this.#source.next();
      if (next.done === true) break;
      head.push(this.#read(next.value));
    }
    return head;
  }

  /** The lines that were not read yet, as they arrive. */
  async *lines(): AsyncGenerator<Buffer> {
    for await (const piece of this.#source) yield this.#read(piece);
    const last = this.#reader.end();
    this.#check();
    yield last;
  }

  /** Releases the source; it may take its time. */
  stop(): void {
    this.#source.return(undefined).catch(() => {});
  }

  #read(piece: Uint8Array): Buffer {
    const lines = this.#reader.push(piece);
    this.#check();
    return lines;
  }

  #check(): void {
    if (this.#eightBit || !this.#reader.eightBit) return;
    const problem = "the content has bytes above 127, and the server does not offer 8BITMIME";
    throw new EnvoiError(`sendRaw: ${problem}`, { kind: "unsupported", ...callersMistake });
  }
}
