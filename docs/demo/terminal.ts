import { styleText } from "node:util";

/** Prints a heading between blank lines. */
export function heading(text: string): void {
  console.log(`\n${paint("bold", text)}\n`);
}

/** Prints a value, or several below each other, behind its name. */
export function field(name: string, value: string | readonly string[]): void {
  const lines = typeof value === "string" ? wrapped(value) : value;
  for (const [index, line] of lines.entries()) {
    console.log(`  ${paint("dim", (index === 0 ? name : "").padEnd(INDENT))}${line}`);
  }
}

/** Prints how something ended. */
export function verdict(good: boolean, text: string): void {
  console.log(`  ${paint(good ? "green" : "red", `${good ? "✓" : "✗"} ${text}`)}`);
}

/** Colours are for people at a terminal, not for files and pipes (https://no-color.org). */
function paint(style: "bold" | "dim" | "green" | "red", text: string): string {
  return process.stdout.isTTY && !process.env["NO_COLOR"] ? styleText(style, text) : text;
}

const INDENT = 13;
const WIDTH = 84;

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
