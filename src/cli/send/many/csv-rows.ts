import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import type { DataRow } from "./data-row.ts";

/** The settings of a table. */
export interface CsvOptions {
  /** Between columns; by default found in the first line. */
  readonly delimiter: string | undefined;
  /** Gets the names of the columns before the first row. */
  readonly columns: (names: readonly string[]) => void;
}

/**
 * Reads CSV (RFC 4180) whose first line names the columns, also as Excel writes it: a line `sep=;` before the names
 * says what is between columns, and rows without any value are left out, as empty lines are.
 *
 * @throws CommandError naming the line if a quote is wrong, or a row has more or fewer columns: what follows cannot be
 * trusted then.
 */
export async function* csvRows(
  chunks: AsyncIterable<Buffer>,
  { delimiter, columns }: CsvOptions,
): AsyncGenerator<readonly DataRow[]> {
  const [whole, rest] = await peeked(chunks);
  if (whole === undefined) throw withoutNames();
  const { separator, head } = withoutSeparator(whole);
  // Records that are not read yet are lost with an error, so lines are counted where they are parsed.
  const counter = new LineCounter();
  const parser = parse({
    // Its type says that a record stays one.
    on_record: (record: unknown, { lines }) => {
      const fields = record as readonly string[];
      return { record: fields, line: counter.startOf(fields, lines) } as unknown as string[];
    },
    // Empty lines are records too, so that they are counted.
    relax_column_count: true,
    delimiter: delimiter ?? separator ?? delimiterIn(head.toString()),
    record_delimiter: head.includes("\n") ? ["\r\n", "\n"] : ["\r"],
    max_record_size: 16 * 1024 * 1024,
  });
  let names: readonly string[] | undefined;
  try {
    for await (const { record, line } of fed(parser, both(head, rest))) {
      if (isEmpty(record) && (names === undefined || record.length <= names.length)) continue;
      if (names !== undefined) {
        if (record.length !== names.length) throw wrongWidth(line, names.length, record.length);
        yield [{ line, values: valuesOf(record, names) }];
      } else {
        names = namesIn(record);
        columns(names);
      }
    }
  } catch (error) {
    throw error instanceof CsvError ? explained(error, counter.next) : error;
  }
  if (names === undefined) throw withoutNames();
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly line: number;
}

/** Writes the chunks into the parser while its records are read. */
async function* fed(
  parser: ReturnType<typeof parse>,
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<CsvRecord> {
  const source = Readable.from(chunks, { objectMode: true });
  source.on("error", (error) => parser.destroy(error));
  yield* source.pipe(parser) as unknown as AsyncIterable<CsvRecord>;
}

/** The first chunk, and the others. */
async function peeked(chunks: AsyncIterable<Buffer>): Promise<[Buffer | undefined, AsyncIterator<Buffer>]> {
  const rest = chunks[Symbol.asyncIterator]();
  const { value, done } = await rest.next();
  return [done ? undefined : value, rest];
}

async function* both(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** What the line of Excel says, and the text with an empty line in its place, so that lines keep their numbers. */
function withoutSeparator(head: Buffer): { readonly separator: string | undefined; readonly head: Buffer } {
  const [line, separator] =
    /^"?sep=([^\r\n"])"?[;,\t|]*(?=[\r\n])/i.exec(head.toString("latin1", 0, 20)) ?? [];
  return { separator, head: line === undefined ? head : head.subarray(line.length) };
}

function isEmpty(record: readonly string[]): boolean {
  return record.every((value) => value.trim() === "");
}

/**
 * The character that the first line has most of, outside quotes; of two that it has equally often, the one that the
 * second line has as often; a comma if it has none of them.
 */
function delimiterIn(text: string): string {
  const lines = text
    .replace(/"(?:[^"]|"")*"/g, "")
    .split(/[\r\n]+/, 3)
    .filter((line) => line !== "");
  const count = (delimiter: string, line: string | undefined) => (line ?? "").split(delimiter).length;
  const most = Math.max(...DELIMITERS.map((each) => count(each, lines[0])));
  // A table of one column.
  if (most === 1) return ",";
  const likely = DELIMITERS.filter((each) => count(each, lines[0]) === most);
  return likely.find((each) => count(each, lines[1]) === most) ?? likely[0] ?? ",";
}

const DELIMITERS = [",", ";", "\t", "|"];

/** Counts lines as editors do. The parser counts a CRLF within quotes twice. */
class LineCounter {
  /** The line after the last record. */
  next = 1;
  #parsed = 0;

  /** The line on which a record begins. */
  startOf(record: readonly string[], parsed: number): number {
    const single = parsed === this.#parsed + 1;
    this.#parsed = parsed;
    const start = this.next;
    const breaks = single
      ? 0
      : record.reduce((sum, value) => sum + (value.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
    this.next = start + breaks + 1;
    return start;
  }
}

function namesIn(record: readonly string[]): readonly string[] {
  const names = record.map((name) => name.trim());
  for (const [index, name] of names.entries()) {
    const first = names.indexOf(name);
    if (name === "" || first === index) continue;
    throw new CommandError(
      `--data: the columns ${first + 1} and ${index + 1} are both called ${JSON.stringify(name)}`,
      ExitStatus.data,
    );
  }
  return names;
}

function valuesOf(record: readonly string[], names: readonly string[]): Record<string, string> {
  // Without a prototype, so that no column name means anything else.
  const values: Record<string, string> = Object.create(null);
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    if (name !== "") values[name] = record[index] as string;
  }
  return values;
}

function withoutNames(): CommandError {
  return new CommandError("--data: expected a first line with the names of columns", ExitStatus.data);
}

function explained(error: CsvError, line: number): CommandError {
  const problems: Readonly<Record<string, string>> = {
    CSV_INVALID_CLOSING_QUOTE:
      'expected a delimiter after a closing quote; a quote within a value is doubled, ""',
    INVALID_OPENING_QUOTE: 'expected quotes around the whole value; a quote within it is doubled, ""',
    CSV_QUOTE_NOT_CLOSED: "a quote is opened in this row and never closed",
    CSV_MAX_RECORD_SIZE: "this row has more than 16 MiB; probably a quote is opened and never closed",
  };
  const problem = problems[error.code] ?? error.message.replace(/ on line \d+$/, "");
  return new CommandError(`--data: line ${line}: ${problem}`, ExitStatus.data, { cause: error });
}

function wrongWidth(line: number, expected: number, got: number): CommandError {
  const problem = `expected ${expected} columns as in the first line, got ${got}`;
  return new CommandError(`--data: line ${line}: ${problem}`, ExitStatus.data);
}
