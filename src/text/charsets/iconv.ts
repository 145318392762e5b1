/** The tables of iconv-lite, which cost 8 ms to load and so are loaded when the first is asked for. */
import type { Table } from "./codec.ts";

/** The table that iconv-lite has under a label, in any case; `undefined` if there is none. */
export async function loadTable(label: string): Promise<Table | undefined> {
  if (typeof label !== "string" || !/^[A-Za-z0-9_.:-]{1,40}$/.test(label)) return undefined;
  // A module of ours, because in CommonJS that is required, and Jest knows no import().
  const { table } = await import("./iconv-table.ts");
  return table(label);
}
