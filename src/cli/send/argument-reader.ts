import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { CommandError, type FileUse, fileStatus } from "../exit-status.ts";
import { unreadable } from "../input-file.ts";
import { decodedText, NOT_UTF8, notText } from "./text-encoding.ts";

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
        `${flag}: the standard input can be read only once, and ${this.#claimed} reads it. Put one of them into a file`,
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
    const bytes = await this.bytes(path, flag);
    // UTF-16 without a byte order mark is valid UTF-8, with NULs.
    const problem = notText(bytes);
    const text = problem === undefined ? decodedText(bytes) : undefined;
    if (text === undefined) throw new CommandError(`${flag}: ${problem ?? NOT_UTF8}`, fileStatus.mail.wrong);
    return text;
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
