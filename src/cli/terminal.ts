import type { Readable, Writable } from "node:stream";

/** Where a command reads and writes: the streams of the process, or others in a test. */
export interface Terminal {
  /** What a command reads: the standard input. */
  readonly input: Readable & { readonly isTTY?: boolean };
  /** What a command was asked for. */
  readonly output: TerminalStream;
  /** Everything else: progress, warnings, errors. */
  readonly errors: TerminalStream;
  /** The environment variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A stream that may lead to a person. */
export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A style of text. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

const codes: Record<Style, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/**
 * Whether text for a stream may have colours: it leads to a terminal, which can show them, and nobody said NO_COLOR.
 */
export function hasColours(stream: TerminalStream, environment: Terminal["environment"]): boolean {
  if ((environment["NO_COLOR"] ?? "") !== "") return false;
  if ((environment["FORCE_COLOR"] ?? "") !== "") return environment["FORCE_COLOR"] !== "0";
  return stream.isTTY === true && environment["TERM"] !== "dumb";
}

/** Text in a style, if the stream may have colours. */
export function styled(terminal: Terminal, stream: TerminalStream, style: Style, text: string): string {
  if (!hasColours(stream, terminal.environment)) return text;
  const [on, off] = codes[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

/** The columns of a stream: those that COLUMNS wishes (POSIX 8.3), else those of the terminal, else 80. */
export function widthOf(stream: TerminalStream, environment: Terminal["environment"]): number {
  const wish = environment["COLUMNS"] ?? "";
  return /^[1-9][0-9]{0,5}$/.test(wish) ? Number(wish) : (stream.columns ?? 80);
}
