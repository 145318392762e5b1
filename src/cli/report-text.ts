import { type Style, styled, type Terminal, widthOf } from "./terminal.ts";
import { wrapped } from "./wrapped.ts";

/** How the text of a report may look. */
export interface TextStyle {
  /** Columns that a line may have. */
  readonly width: number;
  paint(style: Style, text: string): string;
}

/** The style for the output of a terminal, a pipe or a file. */
export function textStyle(terminal: Terminal): TextStyle {
  const { output, environment } = terminal;
  return {
    width: widthOf(output, environment),
    paint: (style, text) => styled(terminal, output, style, text),
  };
}

/** Something that a person should know, and what to do about it. */
export interface Notice {
  readonly severity: "error" | "warning" | "advice" | "note";
  readonly what: string;
  readonly remedy?: string | undefined;
  /** What programs call it. */
  readonly code: string;
}

const INDENT = 9;

const colours = { error: "red", warning: "yellow", advice: "cyan", note: "cyan" } as const;

/** The lines of a notice, and an empty one. */
export function noticeLines({ severity, what, remedy, code }: Notice, { width, paint }: TextStyle): string[] {
  const margin = " ".repeat(INDENT);
  const [first = "", ...rest] = wrapped(what, width - INDENT);
  const lines = [
    `${paint(colours[severity], severity)}${" ".repeat(INDENT - severity.length)}${first}`,
    ...rest.map((line) => margin + line),
  ];
  if (remedy !== undefined)
    wrapped(remedy, width - INDENT - 2).forEach((line, index) => {
      lines.push(`${margin}${index === 0 ? "> " : "  "}${line}`);
    });
  return [...lines, `${margin}${paint("dim", code)}`, ""];
}

/** The lines of a table with two columns, of which the second is broken. */
export function rowLines(
  rows: readonly (readonly [label: string, text: string])[],
  { width, paint }: TextStyle,
): string[] {
  const label = Math.max(0, ...rows.map(([name]) => name.length)) + 2;
  return rows.flatMap(([name, text]) => {
    const [first = "", ...rest] = wrapped(text, width - label);
    const gap = " ".repeat(label - name.length);
    return [`${paint("dim", name)}${gap}${first}`, ...rest.map((line) => " ".repeat(label) + line)];
  });
}
