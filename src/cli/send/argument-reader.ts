import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { CommandError, ExitStatus, type FileUse } from "../exit-status.ts";
import { unreadable } from "../input-file.ts";

/**
 * Reads what the value of a flag names: the value itself, a file or the standard input, which only one flag can read.
 */
export class ArgumentReader {
  readonly #input: Readable;
  /** The flag that has read the standard input. */
  #claimed: string | undefined;

  constructor(input: Readable) {
    this.#input = input;
  }

  /**
   * The standard input, for the one flag that reads it.
   *
   * @throws CommandError if another flag has it.
   */
  claim(flag: string): Readable {
    if (this.#claimed !== undefined)
      throw new CommandError(
        `${flag}: the standard input can be read once, and ${this.#claimed} reads it. Put one of them into a file`,
      );
    this.#claimed = flag;
    return this.#input;
  }

  /** Whether a flag has read the standard input. */
  get inputIsTaken(): boolean {
    return this.#claimed !== undefined;
  }

  /** A text: the value itself, `@file`, `-` for the standard input; `@@` begins a text with one @. */
  async text(value: string, flag: string): Promise<string> {
    if (value.startsWith("@@")) return value.slice(1);
    if (value !== "-" && !value.startsWith("@")) return value;
    const path = value === "-" ? "-" : value.slice(1);
    return decoded(await this.bytes(path, flag), flag);
  }

  /** The bytes of a file, or of the standard input if the path is `-`. */
  async bytes(path: string, flag: string, use: FileUse = "mail"): Promise<Buffer> {
    if (path === "-") {
      const chunks: Buffer[] = [];
      for await (const chunk of this.claim(flag)) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    }
    try {
      return await readFile(path);
    } catch (error) {
      throw unreadable(flag, path, error, use);
    }
  }
}

/** Text in UTF-8, without a byte order mark. */
export function decoded(bytes: Uint8Array, flag: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(
      `${flag}: expected text in UTF-8. iconv -f WINDOWS-1252 -t UTF-8 converts a file`,
      ExitStatus.data,
    );
  }
}
