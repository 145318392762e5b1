import { EnvoiError } from "../../errors.ts";
import { HeadReader } from "../../mime/head-reader.ts";
import { SignedHeader } from "../signature/signed-header.ts";
import { LineEnds } from "./line-ends.ts";

/** What takes the header and the body of a message. */
export interface MessageListener {
  /** Is called once, when the header has ended. */
  head(header: SignedHeader): void;
  /** The next octets of the body, which may be used only during the call. */
  body(octets: Buffer): void;
}

/** The longest header that is looked at. */
const longestHeader = 4 * 1024 * 1024;

/**
 * Reads a message whose octets come in pieces of any size. Whatever it is, it has a header and a body; a message whose
 * lines end in LF is read as if they ended in CRLF.
 */
export class MessageReader {
  readonly #listener: MessageListener;
  readonly #lines: LineEnds = new LineEnds();
  readonly #head: HeadReader = new HeadReader(longestHeader);
  #inHeader = true;

  constructor(listener: MessageListener) {
    this.#listener = listener;
  }

  /** Whether the lines of the message end in LF: known when the first has ended. */
  get areLf(): boolean {
    return this.#lines.areLf;
  }

  /** Takes the next octets. */
  write(octets: Uint8Array): void {
    const lines = this.#lines.push(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
    if (lines.length === 0) return;
    const body = this.#inHeader ? this.#push(lines) : lines;
    if (body !== undefined) this.#listener.body(body);
  }

  /** There are no more octets. */
  end(): void {
    if (this.#inHeader) this.#endHeader();
  }

  /** Takes octets of the header, and returns those after it. */
  #push(octets: Buffer): Buffer | undefined {
    let body: Buffer | undefined;
    try {
      body = this.#head.push(octets);
    } catch (error) {
      if (!EnvoiError.is(error)) throw error;
      // What is left counts as body, so that no more of it is kept.
      this.#inHeader = false;
      this.#listener.head(new SignedHeader([], error.message));
      return octets;
    }
    if (body !== undefined) this.#endHeader();
    return body;
  }

  #endHeader(): void {
    this.#inHeader = false;
    this.#listener.head(new SignedHeader(this.#head.fieldsOfAnyKind()));
  }
}
