import type { Envelope } from "../address/envelope.ts";
import type { EnvoiError } from "../errors.ts";
import { type ByteSource, readSource } from "../message/byte-source.ts";
import { contentError } from "../message/content-error.ts";
import { RawMessageReader } from "../mime/raw-message.ts";
import type { Mail, MailContent } from "./mail.ts";

/**
 * A stream of octets from elsewhere as a mail. Its header is read before anything of it is said: whether it needs
 * SMTPUTF8 shows there. Whether its body has octets above 127 shows only as it comes: it counts as if, where the server
 * takes them.
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
  const { eightBitHeader } = reading;
  yield* head;
  for await (const lines of reading.lines()) {
    if (reading.eightBitHeader && !eightBitHeader)
      throw unreadable("has octets above 127 late in its header");
    yield lines;
  }
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

  /** Reads until the header has ended, or gone on for longer than headers do. */
  async head(): Promise<readonly Buffer[]> {
    const head: Buffer[] = [];
    for (let size = 0; this.#reader.inHeader && size < LONG_HEADER; ) {
      const next = await this.#source.next();
      if (next.done === true) break;
      const lines = this.#read(next.value);
      head.push(lines);
      size += lines.length;
      if (noField.test(lines.toString("latin1"))) break;
    }
    return head;
  }

  /** The lines that have not been read, as they come. */
  async *lines(): AsyncGenerator<Buffer> {
    for await (const piece of this.#source) yield this.#read(piece);
    const last = this.#reader.end();
    this.#check();
    yield last;
  }

  /** Lets go of the source; whether it does so at once is its own affair. */
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
    throw unreadable("holds octets above 127, which this server does not take");
  }
}

function unreadable(problem: string): EnvoiError {
  return contentError(`sendRaw: the stream ${problem}`);
}

/** Octets. */
const LONG_HEADER = 262_144;

/** A line with which a header has ended, be there an empty one or not. */
const noField = /^(?![!-9;-~]+[ \t]*:|[ \t\r\n])./m;
