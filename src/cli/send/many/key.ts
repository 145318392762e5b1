import { instead } from "../../../text/options/nearest-name.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";

/**
 * The key of a row: the value of its column.
 *
 * @param columns those of all rows, if the data says so; then no row has a column that is not among them
 * @throws CommandError naming the line if it has none.
 */
export function keyOf(
  values: Readonly<Record<string, unknown>>,
  column: string,
  line: number,
  columns?: readonly string[],
): string {
  const value = Object.hasOwn(values, column) ? values[column] : undefined;
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "number") return String(value);
  if (value === undefined && columns !== undefined) throw unknownKey(column, columns);
  if (value === undefined)
    throw new CommandError(
      `--key: line ${line}: there is no column ${JSON.stringify(column)}; ${instead(column, Object.keys(values))}`,
      ExitStatus.data,
    );
  throw new CommandError(
    `--key: line ${line}: expected text or a number in the column ${JSON.stringify(column)}`,
    ExitStatus.data,
  );
}

/** The error for a column that no row has: the flag is wrong. */
export function unknownKey(column: string, columns: readonly string[]): CommandError {
  return new CommandError(`--key: there is no column ${JSON.stringify(column)}; ${instead(column, columns)}`);
}
