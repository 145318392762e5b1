import type { DataRow } from "./data-row.ts";

/** Looks at a chunk of whole lines in place of who wants its rows. Returns how many lines; `undefined` to get rows. */
export type Skim = (chunk: Buffer, firstLine: number) => number | undefined;

/**
 * Reads JSON Lines: an object on each line; empty lines are skipped. A line that is not one is a row with a problem.
 *
 * @param skim gets each chunk, and the number of its first line
 */
export async function* jsonlRows(
  chunks: AsyncIterable<Buffer>,
  skim: Skim = () => undefined,
): AsyncGenerator<readonly DataRow[]> {
  let line = 0;
  for await (const chunk of chunks) {
    const skimmed = skim(chunk, line + 1);
    if (skimmed !== undefined) {
      line += skimmed;
      yield new Array<DataRow>(skimmed).fill(SKIMMED);
      continue;
    }
    const rows: DataRow[] = [];
    // Decoded line by line, which is faster than the chunk as a whole unless all of it is ASCII.
    for (let start = 0; start < chunk.length; ) {
      const lf = chunk.indexOf(LF, start);
      const end = lf < 0 ? chunk.length : lf;
      const row = rowOf(chunk.toString("utf8", start, end), ++line);
      if (row !== undefined) rows.push(row);
      start = end + 1;
    }
    yield rows;
  }
}

/** A row that nobody reads. */
const SKIMMED: DataRow = { line: 0, values: undefined };

/** How many lines a chunk has. */
export function linesIn(chunk: Buffer): number {
  let lines = chunk.at(-1) === LF ? 0 : 1;
  for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, at + 1)) lines++;
  return lines;
}

const LF = 0x0a;

/** The row of a line; `undefined` if the line is empty. */
export function rowOf(text: string, line: number): DataRow | undefined {
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    if (text.trim() === "") return undefined;
    return { line, values: undefined, problem: `expected a JSON object: ${(error as Error).message}` };
  }
  if (typeof values === "object" && values !== null && !Array.isArray(values))
    return { line, values: values as Record<string, unknown> };
  const got = Array.isArray(values) ? "an array" : values === null ? "null" : `a ${typeof values}`;
  const remedy = Array.isArray(values) ? ". jq -c '.[]' makes a line of each element" : "";
  return { line, values: undefined, problem: `expected a JSON object, got ${got}${remedy}` };
}
