/** The tables of iconv-lite. Loading them takes 8 ms, so they are loaded at the first use. */
import type { Table } from "./codec.ts";

/** Finds the table for a label, in any case; `undefined` if there is none. */
export type TableLookup = (label: string) => Table | undefined;

/** The table of iconv-lite for a label, in any case; `undefined` if there is none. */
export async function loadTable(label: string): Promise<Table | undefined> {
  return isLabel(label) ? (await loadTables())(label) : undefined;
}

/** The tables of iconv-lite. */
export async function loadTables(): Promise<TableLookup> {
  // A module of envoi, because in CommonJS it is required, and Jest does not support import().
  const { table } = await import("./iconv-table.ts");
  return (label) => (isLabel(label) ? table(label) : undefined);
}

function isLabel(label: string): boolean {
  return typeof label === "string" && /^[A-Za-z0-9_.:-]{1,40}$/.test(label);
}
