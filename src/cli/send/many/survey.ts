import { createHash } from "node:crypto";
import { instead } from "../../../text/options/nearest-name.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import type { ColumnUse } from "../mail/template.ts";
import type { DataRow } from "./data-row.ts";
import type { DataTable } from "./data-table.ts";
import { keyOf } from "./key.ts";
import { KeyTable } from "./key-table.ts";

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
  const hash = createHash("sha256");
  const columns = new KnownColumns(uses);
  const keys = key === undefined ? undefined : new KeyTable();
  const twice: string[] = [];
  let rows = 0;
  for await (const batch of table.rows(hash, () => keys === undefined && columns.missing.length === 0)) {
    rows += batch.length;
    if (table.columns === undefined) columns.see(batch);
    if (keys === undefined || key === undefined) continue;
    if (table.columns !== undefined)
      refuseUnknownColumns(table.columns, [{ name: key, flag: "--key", nested: false }]);
    for (const { line, values } of batch) {
      if (values === undefined) continue;
      const value = keyOf(values, key, line);
      const before = keys.add(value, line);
      if (before !== undefined && twice.length < 10)
        twice.push(`lines ${before} and ${line} have the same key ${JSON.stringify(value)}`);
    }
  }
  refuseUnknownColumns(table.columns ?? columns.names, table.columns === undefined ? columns.missing : uses);
  if (twice.length > 0) throw new CommandError(`--key: ${twice.join("; ")}`, ExitStatus.data);
  return { rows, sha256: hash.digest("hex") };
}

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
      if (this.#names.size < 1000) for (const name of Object.keys(values)) this.#names.add(name);
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
