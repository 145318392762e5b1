import type { Style } from "../terminal.ts";
import { wrapped } from "../wrapped.ts";
import type { CheckReport } from "./check-report.ts";
import { sectionsOf } from "./domain/domain-summary.ts";
import type { Severity } from "./finding.ts";
import { rowsOf } from "./server/server-summary.ts";

/** How a text may look. */
export interface TextStyle {
  /** Columns of the terminal. */
  readonly width: number;
  paint(style: Style, text: string): string;
}

/** The report for a person: first what must be changed, then what was learnt. */
export function textReport(report: CheckReport, { width, paint }: TextStyle): string {
  const lines: string[] = [paint("bold", report.target), ""];
  for (const { severity, code, what, remedy } of report.findings) {
    const [first = "", ...rest] = wrapped(what, width - INDENT);
    lines.push(`${paint(colours[severity], severity.padEnd(INDENT - 1))} ${first}`);
    lines.push(...rest.map((line) => " ".repeat(INDENT) + line));
    const [arrow = "", ...more] = wrapped(remedy, width - INDENT - 2);
    lines.push(`${" ".repeat(INDENT)}> ${arrow}`, ...more.map((line) => " ".repeat(INDENT + 2) + line));
    lines.push(`${" ".repeat(INDENT)}${paint("dim", code)}`, "");
  }
  if (report.ok) lines.push(paint("green", "No problem found."), "");
  for (const [heading, rows] of sections(report)) {
    if (rows.length === 0) continue;
    if (heading !== "") lines.push("", paint("bold", heading));
    const label = Math.max(...rows.map(([name]) => name.length)) + 2;
    for (const [name, text] of rows) {
      const [first = "", ...rest] = wrapped(text, width - label);
      lines.push(
        `${paint("dim", name.padEnd(label))}${first}`,
        ...rest.map((line) => " ".repeat(label) + line),
      );
    }
  }
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

const INDENT = 9;

const colours: Readonly<Record<Severity, Style>> = { error: "red", warning: "yellow", advice: "cyan" };

function sections({ server, domain }: CheckReport): [heading: string, rows: [string, string][]][] {
  if (server !== undefined) return [["", rowsOf(server)]];
  return domain === undefined ? [] : sectionsOf(domain);
}
