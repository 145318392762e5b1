import { open } from "node:fs/promises";
import { EnvoiError, reasonOf } from "../errors.ts";
import { contentError } from "../mime/content-error.ts";

/** Where the octets of an attachment come from. */
export type ByteSource = Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A source, or a function that opens one afresh, so that the message can be sent more than once. */
export type ByteSourceInput = ByteSource | (() => ByteSource | Promise<ByteSource>);

/**
 * Reads a source.
 *
 * @param what the name errors give it
 * @throws EnvoiError of kind `content` if it fails, gives something else than octets, or is a stream that was read
 * before.
 */
export async function* readSource(input: ByteSourceInput, what: string): AsyncGenerator<Uint8Array> {
  try {
    const source = typeof input === "function" ? await input() : input;
    if (source instanceof Uint8Array) {
      yield source;
      return;
    }
    const chunks = source instanceof Blob ? source.stream() : takeOnce(source, what);
    for await (const chunk of chunks as AsyncIterable<unknown>) {
      if (!(chunk instanceof Uint8Array)) {
        throw contentError(`${what}: its stream gave ${typeof chunk} where octets (Uint8Array) are expected`);
      }
      yield chunk;
    }
  } catch (error) {
    throw EnvoiError.is(error)
      ? error
      : contentError(`${what}: its source failed: ${reasonOf(error)}`, error);
  }
}

/** A multiple of the octets in a base64 line, so that no line is cut; 16 of the blocks encoded at once. */
const readSize = 57 * 256 * 16;

/**
 * Reads a file, opening it at the first octet asked for.
 *
 * @throws EnvoiError of kind `content`, naming the path, if it cannot be read.
 */
export async function* readFile(path: string, what: string): AsyncGenerator<Uint8Array> {
  try {
    await using file = await open(path);
    const buffer = Buffer.allocUnsafe(readSize);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, readSize, null);
      if (bytesRead === 0) return;
      // Used up before the next is asked for: the encoder keeps no reference to it.
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw contentError(`${what}: the file ${JSON.stringify(path)} cannot be read: ${reasonOf(error)}`, error);
  }
}

/**
 * Keeps a stream that fails before it is read from ending the process: its error is thrown when it is read.
 */
export function quietUntilRead(input: ByteSourceInput): void {
  const emitter = input as { on?: unknown };
  if (typeof emitter.on === "function") emitter.on("error", () => {});
}

const spent = new WeakSet<object>();

function takeOnce(source: unknown, what: string): unknown {
  if (typeof source !== "object" || source === null || !(Symbol.asyncIterator in source)) {
    throw contentError(`${what}: a Uint8Array, a Blob, a stream or an async iterable is expected`);
  }
  if (spent.has(source)) {
    throw contentError(
      `${what}: its stream was read before and cannot be read again; give a function that opens a fresh one`,
    );
  }
  if (readsOnce(source)) spent.add(source);
  return source;
}

/** Streams and generators give their octets once; other iterables begin anew. */
export function readsOnce(source: object): boolean {
  return "getReader" in source || "pipe" in source || "next" in source;
}
