/** Breaks a text into lines of at most `width` characters, at blanks. A longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const most = Math.max(width, 20);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
