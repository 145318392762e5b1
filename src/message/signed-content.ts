import { createHash } from "node:crypto";
import { callersMistake, EnvoiError, harmless, misconfigured, reasonOf } from "../errors.ts";
import { contentError } from "../mime/content-error.ts";
import { HeadReader } from "../mime/head-reader.ts";
import type { Signer, Signing } from "./signer.ts";

/** The bytes of a mail: those of a message, or raw bytes. */
export interface SignableContent {
  readonly eightBit: boolean;
  /** In bytes; `undefined` if it is not known before they are read. */
  readonly size: number | undefined;
  /** All of the content; `undefined` if a part must be awaited. */
  readonly chunks: readonly Buffer[] | undefined;
  stream(): AsyncIterable<Buffer>;
}

/** Content with its signatures, or with a way to make them. */
export interface SignedContent extends SignableContent {
  /** Whether the server must offer BINARYMIME; signed content never does. */
  readonly binary?: boolean;
  /**
   * Makes the signatures, once, and returns the content with them. Present only if they must be awaited: a transport
   * calls it before it sends any command for the mail; `stream()` calls it automatically.
   */
  readonly signed?: (signal?: AbortSignal) => Promise<SignableContent>;
}

/**
 * Puts signatures above the content, each made over the same bytes.
 *
 * A signature needs the whole body. Content in memory is signed at once. Streamed content is read to be signed, and up
 * to 1 MiB of it is kept; larger content is read again to be sent, in constant memory, and must then be the same. So it
 * must be possible to open a large attachment twice.
 */
export function signContent(content: SignableContent, signers: readonly Signer[]): SignedContent {
  if (signers.length === 0) return content;
  const { chunks, eightBit } = content;
  if (chunks === undefined || signers.some(({ awaited }) => awaited)) return deferred(content, signers);
  const pass = new SigningPass(signers);
  for (const chunk of chunks) pass.update(chunk);
  return inMemory([Buffer.from(pass.finish(), "latin1"), ...chunks], eightBit);
}

/** Streamed content up to this many bytes is kept when it is signed, so that it is read only once. */
const keptAtMost = 1024 * 1024;

function deferred(content: SignableContent, signers: readonly Signer[]): SignedContent {
  let making: Promise<SignableContent> | undefined;
  const signed = (signal?: AbortSignal): Promise<SignableContent> => {
    making ??= signInPasses(content, signers, signal);
    return making;
  };
  async function* stream(): AsyncGenerator<Buffer> {
    yield* (await signed()).stream();
  }
  return { eightBit: content.eightBit, size: undefined, chunks: undefined, stream, signed };
}

async function signInPasses(
  content: SignableContent,
  signers: readonly Signer[],
  signal: AbortSignal | undefined,
): Promise<SignableContent> {
  const { eightBit } = content;
  const pass = new SigningPass(signers);
  if (content.chunks !== undefined) {
    for (const chunk of content.chunks) pass.update(chunk);
    return inMemory([Buffer.from(await pass.finishAwaited(signal), "latin1"), ...content.chunks], eightBit);
  }
  const digest = createHash("sha256");
  let kept: Buffer[] | undefined = [];
  let size = 0;
  for await (const chunk of content.stream()) {
    signal?.throwIfAborted();
    pass.update(chunk);
    digest.update(chunk);
    size += chunk.length;
    if (size > keptAtMost) kept = undefined;
    // A copy, because the source may reuse the memory of its chunk.
    kept?.push(Buffer.from(chunk));
  }
  const header = Buffer.from(await pass.finishAwaited(signal), "latin1");
  if (kept !== undefined) return inMemory([header, ...kept], eightBit);
  const expected = digest.digest();
  return {
    eightBit,
    size: header.length + size,
    chunks: undefined,
    stream: () => secondReading(header, content, expected),
  };
}

/** Reads the content again. If it changed since it was signed, its signature would be wrong. */
async function* secondReading(
  header: Buffer,
  content: SignableContent,
  expected: Buffer,
): AsyncGenerator<Buffer> {
  const digest = createHash("sha256");
  yield header;
  try {
    for await (const chunk of content.stream()) {
      digest.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw secondFailed(error);
  }
  if (digest.digest().equals(expected)) return;
  throw contentError("a file or stream of the mail changed between signing and sending");
}

function secondFailed(cause: unknown): EnvoiError {
  const message = `${reasonOf(cause)} (a signed mail above 1 MiB is read twice: to sign it and to send it)`;
  return contentError(message, cause);
}

/** Checks what a signer returned: it is put above the header, so it must not end it or leave a line open. */
function wholeFields(text: string): string {
  if (/^(?:[!-9;-~]+:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*$/.test(text)) return text;
  const message = "signer: expected whole header fields that end in CRLF";
  throw new EnvoiError(message, { kind: "message", ...callersMistake });
}

/** Reads a mail once, for all its signers. */
class SigningPass {
  readonly #signings: readonly Signing[];
  readonly #head = new HeadReader();

  constructor(signers: readonly Signer[]) {
    this.#signings = signers.map((signer) => {
      const signing = signer.begin();
      if (typeof signing?.update === "function" && typeof signing.finish === "function") return signing;
      harmless(signing);
      throw misconfigured("signer: expected begin() to return a Signing");
    });
  }

  update(octets: Buffer): void {
    const body = this.#head.push(octets);
    if (body === undefined || body.length === 0) return;
    // If a signer returns a promise here, its rejection must not end the process.
    for (const signing of this.#signings) harmless(signing.update(body) as unknown);
  }

  finish(): string {
    const header = this.#head.fields();
    let fields = "";
    for (const signing of this.#signings) {
      const field = signing.finish(header);
      if (typeof field !== "string") throw notAsSaid(field);
      fields += wholeFields(field);
    }
    return fields;
  }

  async finishAwaited(signal: AbortSignal | undefined): Promise<string> {
    const header = this.#head.fields();
    const fields = await Promise.all(this.#signings.map(async (signing) => signing.finish(header, signal)));
    return fields.map(wholeFields).join("");
  }
}

function inMemory(chunks: readonly Buffer[], eightBit: boolean): SignableContent {
  async function* stream(): AsyncGenerator<Buffer> {
    yield* chunks;
  }
  const size = chunks.reduce((sum, { length }) => sum + length, 0);
  return { eightBit, size, chunks, stream };
}

function notAsSaid(promise: Promise<string>): EnvoiError {
  harmless(promise);
  return misconfigured("signer: expected a string, got a promise. Set awaited to true");
}
