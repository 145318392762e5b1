import { createHash } from "node:crypto";
import { callersMistake, EnvoiError, harmless, misconfigured, reasonOf } from "../errors.ts";
import { contentError } from "../mime/content-error.ts";
import { HeadReader } from "../mime/head-reader.ts";
import type { Signer, Signing } from "./signer.ts";

/** The octets of a mail: those of a message, or octets from elsewhere. */
export interface SignableContent {
  readonly eightBit: boolean;
  /** In octets; `undefined` if not known before they come. */
  readonly size: number | undefined;
  /** All of it; `undefined` if something must be waited for. */
  readonly chunks: readonly Buffer[] | undefined;
  stream(): AsyncIterable<Buffer>;
}

/** Content that is signed, or will be. */
export interface SignedContent extends SignableContent {
  /** Whether the server must offer BINARYMIME; what is signed never asks for that. */
  readonly binary?: boolean;
  /**
   * There only where the signatures must be waited for: makes them, once, and gives the content with them. A transport
   * calls it before it says anything of the mail; `stream()` does so by itself.
   */
  readonly signed?: (signal?: AbortSignal) => Promise<SignableContent>;
}

/**
 * The content with its signatures above it, each made over the same octets.
 *
 * Signatures stand above the body, and need all of it. Content in memory is signed at once. Content that is streamed is
 * read to be signed, and up to 1 MiB kept; what is larger is read again to be sent, in constant memory, and must be
 * the same then. So a large attachment must be one that can be opened twice.
 */
export function signContent(content: SignableContent, signers: readonly Signer[]): SignedContent {
  if (signers.length === 0) return content;
  const { chunks, eightBit } = content;
  if (chunks === undefined || signers.some(({ awaited }) => awaited)) return deferred(content, signers);
  const pass = new SigningPass(signers);
  for (const chunk of chunks) pass.update(chunk);
  return inMemory([Buffer.from(pass.finish(), "latin1"), ...chunks], eightBit);
}

/** Streamed content up to this many octets is kept when it is signed, and so read once. */
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
    // A copy: who gives the chunk may use its memory again.
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

/** A source that changed since it was signed would arrive with a signature that is wrong. */
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
  throw contentError(
    "a file or stream of the mail gave other octets when it was sent than when it was signed",
  );
}

function secondFailed(cause: unknown): EnvoiError {
  const message = `${reasonOf(cause)} (a signed mail of more than 1 MiB is read twice: to be signed, then to be sent)`;
  return contentError(message, cause);
}

/** What a signer gives stands above the header: it must neither end it nor leave a line open. */
function wholeFields(text: string): string {
  if (/^(?:[!-9;-~]+:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)*$/.test(text)) return text;
  const message = "a signer gave something else than whole header fields that end in CRLF";
  throw new EnvoiError(message, { kind: "message", ...callersMistake });
}

/** One reading of a mail, for all its signers. */
class SigningPass {
  readonly #signings: readonly Signing[];
  readonly #head = new HeadReader();

  constructor(signers: readonly Signer[]) {
    this.#signings = signers.map((signer) => {
      const signing = signer.begin();
      if (typeof signing?.update === "function" && typeof signing.finish === "function") return signing;
      harmless(signing);
      throw misconfigured("a signer began with something that is not a Signing");
    });
  }

  update(octets: Buffer): void {
    const body = this.#head.push(octets);
    if (body === undefined || body.length === 0) return;
    // What it returns is of no use: a promise, should it be one, must not end the process.
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
  return misconfigured("a signer gave a promise although it says that it is not awaited");
}
