import type { Parameters } from "./parameters.ts";

/** The most characters of a line, including a space that is added before or after it (RFC 3676 section 4.2). */
const width = 78;
/** What ends the text in front of a signature; never broken, joined or made by breaking (RFC 3676 section 4.3). */
const signatureSeparator = "-- ";

/**
 * How lines of a text are written as format=flowed (RFC 3676 section 4.2); `undefined` if its type does not ask for
 * that. A space at the end of a line says that the next belongs to it, as in the text that is given; longer lines are
 * broken so. What begins with a space, `From ` or `>` gets a space in front, which readers take away.
 */
export function flowOf(essence: string, parameters: Parameters): ((lines: string) => string) | undefined {
  if (essence !== "text/plain" || parameters.get("format")?.toLowerCase() !== "flowed") return undefined;
  const delSp = parameters.get("delsp")?.toLowerCase() === "yes";
  return (lines) => {
    const flowed: string[] = [];
    for (const line of lines.split("\r\n")) {
      if (line === signatureSeparator) flowed.push(line);
      else pushFlowed(flowed, line, delSp ? "  " : " ");
    }
    return flowed.join("\r\n");
  };
}

/**
 * @param softBreak what stands at the end of a broken line in the place of one space: with DelSp=yes readers delete one
 */
function pushFlowed(flowed: string[], line: string, softBreak: " " | "  "): void {
  let rest = stuffed(line);
  while (rest.length > width) {
    const at = breakIn(rest, width - softBreak.length);
    if (at < 0) break;
    flowed.push(rest.slice(0, at) + softBreak);
    rest = stuffed(rest.slice(at + 1));
  }
  flowed.push(rest);
}

/**
 * The index of the space to break after: the last that fits, otherwise the first. Leading white space is not a word.
 */
function breakIn(line: string, last: number): number {
  const word = line.search(/[^ ]/);
  if (word < 0) return -1;
  let at = line.lastIndexOf(" ", last);
  if (at <= word || makesSeparator(line, at)) at = line.indexOf(" ", Math.max(word, last + 1));
  return at < 0 || at === line.length - 1 || makesSeparator(line, at) ? -1 : at;
}

function makesSeparator(line: string, at: number): boolean {
  return line.slice(0, at + 1) === signatureSeparator || line.slice(at + 1) === signatureSeparator;
}

function stuffed(line: string): string {
  return /^(?: |From |>)/.test(line) ? ` ${line}` : line;
}
