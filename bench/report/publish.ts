import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

const page = "docs/performance.md";

/** A Markdown table; the first column is text, the others are numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Prints a table. With `--write`, puts it into the page of results, between the markers with this name. */
export function publish(name: string, text: string): void {
  process.stdout.write(`\n${text}\n`);
  if (!process.argv.includes("--write")) return;
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`];
  const before = readFileSync(page, "utf8");
  const [start, stop] = [before.indexOf(begin), before.indexOf(end)];
  if (start < 0 || stop < start) throw new Error(`${page} has no place for ${name}`);
  writeFileSync(page, `${before.slice(0, start + begin.length)}\n${text}\n${before.slice(stop)}`);
}
