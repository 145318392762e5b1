/** A row of the data. */
export interface DataRow {
  /** The line that it begins on, counted from 1. */
  readonly line: number;
  /** Its values by column; `undefined` if the line is no row. */
  readonly values: Readonly<Record<string, unknown>> | undefined;
  /** Why the line is no row. */
  readonly problem?: string;
}

/** Reads rows out of chunks of whole lines, a list for each chunk. */
export type RowReader = (chunks: AsyncIterable<Buffer>) => AsyncIterable<readonly DataRow[]>;
