/** Breaks prose that is too wide, from the first wide line to the end of its paragraph. */
import { wideComments, wideMarkdown, widest } from "./prose.js";

/** Returns a Markdown file with its wide prose broken. */
export function reflowMarkdown(text) {
  const wide = new Set(wideMarkdown(text).map(({ line }) => line));
  return wide.size === 0 ? text : reflow(text.split("\n"), wide, markdownLine).join("\n");
}

/** Returns a source with the wide prose of its comments broken; `read` gives the comments of a source. */
export function reflowComments(text, read) {
  const wideLines = (source) => new Set(wideComments(source, read(source)).map(({ line }) => line));
  const before = wideLines(text);
  if (before.size === 0) return text;
  // A one-line docstring becomes three lines first.
  const opened = text
    .split("\n")
    .map((line, index) =>
      before.has(index + 1) ? line.replace(/^(\s*)\/\*\* (.*) \*\/$/, "$1/**\n$1 * $2\n$1 */") : line,
    )
    .join("\n");
  return reflow(opened.split("\n"), wideLines(opened), commentLine).join("\n");
}

/**
 * `read` splits a line: its margin, the margin of the lines that continue it, and whether a paragraph begins.
 */
function reflow(lines, wide, read) {
  const broken = [];
  let index = 0;
  while (index < lines.length) {
    const number = index + 1;
    const begun = wide.has(number) ? read(lines[index]) : undefined;
    if (begun === undefined) {
      broken.push(lines[index++]);
      continue;
    }
    let { words } = begun;
    for (index++; index < lines.length; index++) {
      const next = read(lines[index]);
      if (next === undefined || next.begins || next.first !== begun.rest || next.words === "") break;
      words += ` ${next.words}`;
    }
    broken.push(...fill(words, begun.first, begun.rest));
  }
  return broken;
}

function fill(words, first, rest) {
  const lines = [];
  let line;
  for (const word of unbreakable(words)) {
    if (line === undefined) line = first + word;
    else if (line.length + 1 + word.length <= widest) line += ` ${word}`;
    else {
      lines.push(line);
      line = rest + word;
    }
  }
  return [...lines, line];
}

/** The words of a text. Code in backticks is one word; a mark of a list or heading stays with the word before it. */
function unbreakable(text) {
  const found = [];
  let inCode = false;
  for (const word of text.split(/ +/)) {
    if (inCode || /^(?:[-+*>]|#+|=+|\d+[.)]|\|.*)$/.test(word))
      found.push(`${found.pop() ?? ""} ${word}`.trimStart());
    else found.push(word);
    if ((word.match(/`/g) ?? []).length % 2 === 1) inCode = !inCode;
  }
  return found;
}

function markdownLine(line) {
  if (line.trim() === "" || /^\s*(?:[|#<]|```)/.test(line)) return undefined;
  const [, item, rest] = /^(\s*(?:[-*+]|\d+[.)]) +)(.*)$/.exec(line) ?? [];
  if (item !== undefined) return { first: item, rest: " ".repeat(item.length), words: rest, begins: true };
  const [, margin, words] = /^([\s>]*)(.*)$/.exec(line);
  return { first: margin, rest: margin, words, begins: false };
}

function commentLine(line) {
  const [, margin, opener, inner] = /^(\s*)(\/\*\*|\*|\/\/) (.*)$/.exec(line) ?? [];
  if (margin === undefined || inner.endsWith("*/")) return undefined;
  const text = markdownLine(inner);
  if (text === undefined) return undefined;
  const next = opener === "/**" ? `${margin} *` : margin + opener;
  return {
    first: `${margin}${opener} ${text.first}`,
    rest: `${next} ${text.rest}`,
    words: text.words,
    begins: text.begins || opener === "/**" || /^(?:@|biome-ignore)/.test(text.words),
  };
}
