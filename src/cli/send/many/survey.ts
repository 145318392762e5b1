import { createHash, hash as hashOf } from "node:crypto";
import { instead } from "../../../text/options/nearest-name.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import type { ColumnUse } from "../mail/template.ts";
import type { DataRow } from "./data-row.ts";
import type { DataTable } from "./data-table.ts";
import { type FoundKey, JsonlKeys } from "./jsonl-keys.ts";
import { linesIn, rowOf, type Skim } from "./jsonl-rows.ts";
import { keyOf, unknownKey } from "./key.ts";
import { KeyTable } from "./key-table.ts";
import { QuickHash } from "./quick-hash.ts";

/** What a first reading of the data found. */
export interface Survey {
  readonly rows: number;
  readonly sha256: string;
}

/**
 * Reads the data once before anything is sent: whether it is whole, has the columns that flags name, and no key twice.
 *
 * @throws CommandError naming the flag and the nearest column, or the lines with the same key.
 */
export async function survey(
  table: DataTable,
  uses: readonly ColumnUse[],
  key: string | undefined,
): Promise<Survey> {
  if (key === undefined) return read(table, uses, undefined);
  const quick = new QuickKeys(key);
  let found: Survey;
  try {
    found = await read(table, uses, quick);
  } catch (error) {
    if (error instanceof CommandError && error.status === ExitStatus.data) await refuseUnknownKey(table, key);
    throw error;
  }
  // What the quick reading takes for a key may be in a line that is not valid, or share its hash with another.
  if (!quick.doubtful) return found;
  const exact = new ExactKeys(key);
  found = await read(table, uses, exact);
  exact.refuseTwice();
  return found;
}

/** Sees the key of each row. */
interface Keys {
  readonly column: string;
  /** Looks at lines of JSON without the help of a parser. Returns how many there are; `undefined` if it cannot. */
  skim(chunk: Buffer, firstLine: number): number | undefined;
  see(key: string, line: number): void;
}

async function read(table: DataTable, uses: readonly ColumnUse[], keys: Keys | undefined): Promise<Survey> {
  const hash = createHash("sha256");
  const columns = new KnownColumns(uses);
  const skim: Skim = (chunk, line) => {
    if (columns.missing.length > 0) return undefined;
    return keys === undefined ? linesIn(chunk) : keys.skim(chunk, line);
  };
  let rows = 0;
  for await (const batch of table.rows(hash, skim)) {
    rows += batch.length;
    if (table.columns === undefined) columns.see(batch);
    if (keys === undefined) continue;
    for (const { line, values } of batch)
      if (values !== undefined) keys.see(keyOf(values, keys.column, line, table.columns), line);
  }
  refuseUnknownColumns(table.columns ?? columns.names, table.columns === undefined ? columns.missing : uses);
  return { rows, sha256: hash.digest("hex") };
}

/** Tells quickly that no key is there twice. */
class QuickKeys implements Keys, FoundKey {
  readonly column: string;
  /** Whether a key seems to be there twice. */
  doubtful = false;
  readonly #table = new KeyTable();
  readonly #hash = new QuickHash();
  readonly #lines: JsonlKeys;

  constructor(column: string) {
    this.column = column;
    this.#lines = new JsonlKeys(column);
  }

  skim(chunk: Buffer, firstLine: number): number {
    return this.#lines.scan(chunk, firstLine, this);
  }

  see(key: string, line: number): void {
    const octets = Buffer.from(key);
    this.found(octets, 0, octets.length, line);
  }

  found(chunk: Buffer, start: number, end: number, line: number): void {
    this.#hash.take(chunk, start, end);
    const { low, high } = this.#hash;
    if (this.#table.add(low, high, line) !== undefined) this.doubtful = true;
  }

  unclear(chunk: Buffer, start: number, end: number, line: number): void {
    const values = rowOf(chunk.toString("utf8", start, end), line)?.values;
    if (values !== undefined) this.see(keyOf(values, this.column, line), line);
  }
}

/** Tells which lines have the same key. */
class ExactKeys implements Keys {
  readonly column: string;
  readonly #table = new KeyTable();
  readonly #twice: string[] = [];

  constructor(column: string) {
    this.column = column;
  }

  skim(): undefined {
    return undefined;
  }

  see(key: string, line: number): void {
    const digest = hashOf("sha1", key, "buffer");
    const before = this.#table.add(digest.readUInt32LE(0), digest.readUInt32LE(4), line);
    if (before !== undefined && this.#twice.length < 10)
      this.#twice.push(`lines ${before} and ${line} have the same key ${JSON.stringify(key)}`);
  }

  /** @throws CommandError if keys are there twice. */
  refuseTwice(): void {
    if (this.#twice.length > 0) throw new CommandError(`--key: ${this.#twice.join("; ")}`, ExitStatus.data);
  }
}

/** Looks for a row of JSON Lines that has the key, after one had none. @throws CommandError if no row has it. */
async function refuseUnknownKey(table: DataTable, key: string): Promise<void> {
  const names = new Set<string>();
  for await (const rows of table.rows())
    for (const { values = {} } of rows) {
      if (Object.hasOwn(values, key)) return;
      if (names.size < MOST_NAMES) for (const name of Object.keys(values)) names.add(name);
    }
  if (names.size > 0) throw unknownKey(key, [...names]);
}

/** So many names of columns are remembered, to find the nearest. */
const MOST_NAMES = 1000;

/** @throws CommandError if a flag names a column that does not exist. */
export function refuseUnknownColumns(columns: readonly string[], uses: readonly ColumnUse[]): void {
  if (columns.length === 0) return;
  for (const { name, flag } of uses) {
    if (columns.includes(name) || columns.includes(rootOf(name))) continue;
    throw new CommandError(`${flag}: there is no column ${JSON.stringify(name)}; ${instead(name, columns)}`);
  }
}

/** The columns of JSON Lines, which any row may have. */
class KnownColumns {
  /** Those that no row has had so far; names within a section may be of what it goes over. */
  missing: readonly ColumnUse[];
  readonly #names: Set<string> = new Set();

  constructor(uses: readonly ColumnUse[]) {
    this.missing = uses.filter(({ nested }) => !nested);
  }

  get names(): readonly string[] {
    return [...this.#names];
  }

  see(rows: readonly DataRow[]): void {
    if (this.missing.length === 0) return;
    for (const { values } of rows) {
      if (values === undefined) continue;
      if (this.#names.size < MOST_NAMES) for (const name of Object.keys(values)) this.#names.add(name);
      this.missing = this.missing.filter(
        ({ name }) => !Object.hasOwn(values, name) && !Object.hasOwn(values, rootOf(name)),
      );
      if (this.missing.length === 0) return;
    }
  }
}

/** The column of a path such as `user.name`. */
function rootOf(name: string): string {
  return name.split(".", 1)[0] ?? name;
}
