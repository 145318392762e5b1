import { open } from "node:fs/promises";
import { EnvoiError, reasonOf } from "../errors.ts";
import { contentError } from "../mime/content-error.ts";
import { described } from "../text/options/shown-value.ts";

/** The source of the bytes of an attachment. */
export type ByteSource = Uint8Array | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A source, or a function that opens a new one each time, so that the message can be sent more than once. */
export type ByteSourceInput = ByteSource | (() => ByteSource | Promise<ByteSource>);

/**
 * Reads a source.
 *
 * @param what the name of the source in errors
 * @throws EnvoiError of kind `content` if the source fails, yields anything but bytes, or is a stream that was read
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
        throw contentError(`${what}: expected a stream of Uint8Array, got ${described(chunk)} in it`);
      }
      yield chunk;
    }
  } catch (error) {
    throw EnvoiError.is(error)
      ? error
      : contentError(`${what}: its source failed: ${reasonOf(error)}`, error);
  }
}

/** A multiple of the bytes in a base64 line, so that no line is cut: 16 of the blocks that are encoded at once. */
const readSize = 57 * 256 * 16;

/**
 * Reads a file. It is opened when the first bytes are asked for.
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
      // The encoder is done with it before it asks for the next, and keeps no reference.
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw contentError(`${what}: the file ${JSON.stringify(path)} cannot be read: ${reasonOf(error)}`, error);
  }
}

/**
 * Prevents a stream that fails before it is read from ending the process. Its error is thrown when it is read.
 */
export function quietUntilRead(input: ByteSourceInput): void {
  const emitter = input as { on?: unknown };
  if (typeof emitter.on === "function") emitter.on("error", () => {});
}

const spent = new WeakSet<object>();
const sources = "a Uint8Array, a Blob, a stream or an async iterable";

function takeOnce(source: unknown, what: string): unknown {
  if (typeof source !== "object" || source === null || !(Symbol.asyncIterator in source)) {
    throw contentError(`${what}: expected ${sources}, got ${described(source)}`);
  }
  if (spent.has(source)) {
    throw contentError(
      `${what}: its stream was read before and cannot be read again. Pass a function that opens a new one`,
    );
  }
  if (readsOnce(source)) spent.add(source);
  return source;
}

/** Whether a source yields its bytes only once: streams and generators do, other iterables start again. */
export function readsOnce(source: object): boolean {
  return "getReader" in source || "pipe" in source || "next" in source;
}
