import type { Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { unreadable } from "../../input-file.ts";
import { shown } from "../../masked.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import { csvRows } from "./csv-rows.ts";
import type { DataRow } from "./data-row.ts";
import { jsonlRows, type Skim } from "./jsonl-rows.ts";
import { lineChunks } from "./line-chunks.ts";

/** The rows of a file, which can be read several times, or of the standard input. */
export class DataTable {
  /** The names of the columns, once they are known: of CSV, from its first line. */
  columns: readonly string[] | undefined;
  /** Whether it is a file. */
  readonly repeatable: boolean;
  readonly #path: string;
  readonly #delimiter: string | undefined;
  readonly #reader: ArgumentReader;

  private constructor(path: string, delimiter: string | undefined, reader: ArgumentReader) {
    this.#path = path;
    this.#delimiter = delimiter;
    this.#reader = reader;
    this.repeatable = path !== "-";
  }

  /** @throws CommandError if it cannot be read. */
  static async open(path: string, delimiter: string | undefined, reader: ArgumentReader): Promise<DataTable> {
    if (path !== "-") {
      try {
        if ((await stat(path)).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
      } catch (error) {
        throw unreadable("--data", path, error, "mail");
      }
    }
    return new DataTable(path, separator(delimiter), reader);
  }

  /**
   * Reads the rows.
   *
   * @param hash gets every byte
   * @param skim gets each chunk of JSON Lines first; the rows of those that it counts have no values
   * @throws CommandError naming the line after which nothing can be read.
   */
  async *rows(hash?: Hash, skim: Skim = () => undefined): AsyncGenerator<readonly DataRow[]> {
    const chunks = this.#chunks(hash);
    const { value: first } = (await chunks.next()) as { readonly value?: Buffer };
    const all = (async function* () {
      if (first !== undefined) yield first;
      yield* chunks;
    })();
    if (this.#isJson(first)) yield* jsonlRows(all, skim);
    else
      yield* csvRows(all, {
        delimiter: this.#delimiter ?? (/\.tsv$/i.test(this.#path) ? "\t" : undefined),
        columns: (names) => {
          this.columns = names;
        },
      });
  }

  async *#chunks(hash: Hash | undefined): AsyncGenerator<Buffer> {
    const source =
      this.#path === "-"
        ? this.#reader.claim("--data")
        : createReadStream(this.#path, { highWaterMark: 262_144 });
    try {
      yield* lineChunks(hash === undefined ? source : hashed(source, hash));
    } catch (error) {
      throw error instanceof CommandError ? error : unreadable("--data", this.#path, error, "mail");
    }
  }

  /** Without a first chunk, a table of no known kind has no rows. */
  #isJson(first: Buffer | undefined): boolean {
    if (/\.(?:jsonl|ndjson|json)$/i.test(this.#path)) return true;
    if (/\.(?:csv|tsv)$/i.test(this.#path) || this.#delimiter !== undefined) return false;
    return first === undefined || /^\s*[{[]/.test(first.toString("latin1", 0, 200));
  }
}

async function* hashed(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

function separator(delimiter: string | undefined): string | undefined {
  if (delimiter === undefined) return undefined;
  const names: Readonly<Record<string, string>> = { tab: "\t", "\\t": "\t", comma: ",", semicolon: ";" };
  const character = names[delimiter.toLowerCase()] ?? delimiter;
  if (character.length === 1 && !/["\r\n]/.test(character)) return character;
  throw new CommandError(
    `--delimiter: expected one character or tab, got ${shown(delimiter)}`,
    ExitStatus.usage,
  );
}
