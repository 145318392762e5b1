import { createReadStream } from "node:fs";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { unreadable } from "../input-file.ts";
import { shown } from "../masked.ts";
import type { Terminal } from "../terminal.ts";

/** A message whose header was read ahead. */
export interface OpenedMessage {
  /** The header, as Latin-1; of one that never ends, its beginning. */
  readonly head: string;
  /** The whole message, the header too. */
  readonly content: AsyncIterable<Buffer>;
}

/** The most octets that are read ahead. */
const MOST = 1024 * 1024;

/** Opens a message, or with `-` the standard input. @throws CommandError if it cannot be read */
export async function openMessage(file: string, { input }: Terminal): Promise<OpenedMessage> {
  const source: AsyncIterable<Buffer> = file === "-" ? input : createReadStream(file);
  const pieces = source[Symbol.asyncIterator]();
  const ahead: Buffer[] = [];
  let head = "";
  const next = async (): Promise<Buffer | undefined> => {
    try {
      const { value, done } = await pieces.next();
      return done === true ? undefined : Buffer.from(value);
    } catch (error) {
      throw unreadable("verify", file, error, "data");
    }
  };
  while (head.length < MOST && !/\n\r?\n/.test(head)) {
    const piece = await next();
    if (piece === undefined) break;
    ahead.push(piece);
    head += piece.toString("latin1");
  }
  if (head === "")
    throw new CommandError(
      `verify: expected a message in ${file === "-" ? "the standard input" : shown(file)}, got nothing`,
      ExitStatus.data,
    );
  return { head: head.slice(0, head.search(/\n\r?\n|$(?![\s\S])/)), content: all(ahead, next) };
}

async function* all(
  ahead: readonly Buffer[],
  next: () => Promise<Buffer | undefined>,
): AsyncIterable<Buffer> {
  yield* ahead;
  for (let piece = await next(); piece !== undefined; piece = await next()) yield piece;
}
