/** The tables of iconv-lite. Loading them takes 8 ms, so they are loaded at the first use. */
import type { Table } from "./codec.ts";

/** The table of iconv-lite for a label, in any case; `undefined` if there is none. */
export async function loadTable(label: string): Promise<Table | undefined> {
  if (typeof label !== "string" || !/^[A-Za-z0-9_.:-]{1,40}$/.test(label)) return undefined;
  // A module of envoi, because in CommonJS it is required, and Jest does not support import().
  const { table } = await import("./iconv-table.ts");
  return table(label);
}
