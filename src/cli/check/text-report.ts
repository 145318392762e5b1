import { noticeLines, rowLines, type TextStyle } from "../report-text.ts";
import type { CheckReport } from "./check-report.ts";
import { sectionsOf } from "./domain/domain-summary.ts";
import { rowsOf } from "./server/server-summary.ts";

/** The report for a person: first what must be changed, then what was learnt. */
export function textReport(report: CheckReport, style: TextStyle): string {
  const { paint } = style;
  const lines: string[] = [paint("bold", report.target), ""];
  for (const found of report.findings) lines.push(...noticeLines(found, style));
  if (report.domain?.mx.outcome === "null")
    lines.push(
      paint("bold", `${report.target} takes no mail: its DNS says so (MX 0 ., a null MX record).`),
      "",
    );
  if (report.ok) lines.push(paint("green", "No problem found."), "");
  for (const [heading, rows] of sections(report)) {
    if (rows.length === 0) continue;
    if (heading !== "") lines.push("", paint("bold", heading));
    lines.push(...rowLines(rows, style));
  }
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function sections({ server, domain }: CheckReport): [heading: string, rows: [string, string][]][] {
  if (server !== undefined) return [["", rowsOf(server)]];
  return domain === undefined ? [] : sectionsOf(domain);
}
