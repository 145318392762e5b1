import assert from "node:assert/strict";
import { describe, it } from "node:test";

interface Comment {
  readonly line: number;
  readonly text: string;
}
interface Wide {
  readonly line: number;
  readonly width: number;
}

const ci = new URL("../../../.ci/", import.meta.url);
const { readSource } = (await import(new URL("source.js", ci).href)) as {
  readSource: (
    path: string,
    text: string,
  ) => {
    comments: readonly Comment[];
    lines: number;
    exports: readonly { name: string; documented: boolean }[];
  };
};
const { wideComments, wideMarkdown } = (await import(new URL("prose.js", ci).href)) as {
  wideComments: (text: string, comments: readonly Comment[]) => Wide[];
  wideMarkdown: (text: string) => Wide[];
};
const { reflowComments, reflowMarkdown } = (await import(new URL("reflow.js", ci).href)) as {
  reflowComments: (text: string, read: (text: string) => readonly Comment[]) => string;
  reflowMarkdown: (text: string) => string;
};
const { largeFiles } = (await import(new URL("size.js", ci).href)) as {
  largeFiles: (sources: ReadonlyMap<string, { lines: number }>, allowed: readonly string[]) => string[];
};

/** Words of four letters that make a line of so many columns. */
function columns(width: number, begin = ""): string {
  return (begin + "word ".repeat(40)).slice(0, width - 1).padEnd(width, "x");
}

function commentsOf(text: string): readonly Comment[] {
  return readSource("a.ts", text).comments;
}

function wideIn(text: string): number[] {
  return wideComments(text, commentsOf(text)).map(({ line }) => line);
}

describe("the check of prose", () => {
  it("allows 120 columns in Markdown, counted in characters", () => {
    assert.deepEqual(wideMarkdown(`${columns(120)}\n`), []);
    assert.deepEqual(wideMarkdown(`a\n${columns(121)}\n`), [{ line: 2, width: 121 }]);
    assert.deepEqual(wideMarkdown("\u{1f600} ".repeat(60)), []);
  });

  it("excuses tables, code, and words that are too long for a line", () => {
    const link = `[a](https://example.org/${"x".repeat(120)})`;
    const text = [`| ${columns(130)} |`, "```ts", columns(130), "```", `- ${link}`, columns(121)].join("\n");
    assert.deepEqual(
      wideMarkdown(text).map(({ line }) => line),
      [6],
    );
  });

  it("ends a code block only with a fence as long as the one before", () => {
    const text = ["````md", "```", columns(130), "```", "````", columns(130)].join("\n");
    assert.deepEqual(
      wideMarkdown(text).map(({ line }) => line),
      [6],
    );
  });

  it("finds every kind of comment, but no string that looks like one", () => {
    const text = [
      columns(121, "// "),
      "/**",
      columns(121, " * "),
      " */",
      `${columns(118, "/* ")} */`,
      `const a = "${columns(121, "// ")}";`,
      `const b = \`${columns(121, "/* ")}\`;`,
      `const c = /${columns(121, "[/*] ")}/;`,
      columns(120, "// "),
      columns(121, "const d = 1; // "),
    ].join("\n");
    assert.deepEqual(wideIn(text), [1, 3, 5, 10]);
  });
});

describe("the reflow of prose", () => {
  it("does not change lines that are narrow enough", () => {
    const text = `/** ${columns(100)} */\n\n// short\n// lines\n`;
    assert.equal(reflowComments(text, commentsOf), text);
    assert.equal(reflowMarkdown(`${columns(120)}\nshort\n`), `${columns(120)}\nshort\n`);
  });

  it("opens a docstring that does not fit on its line", () => {
    const after = reflowComments(`  /** ${columns(120)} */\n`, commentsOf);
    assert.match(after, /^ {2}\/\*\*\n {3}\* word [\s\S]*\n {3}\* [\s\S]*\n {3}\*\/\n$/);
    assert.deepEqual(wideIn(after), []);
  });

  it("reflows to the end of the paragraph, a list, a tag or code", () => {
    for (const next of [" *", " * - item", " * @param a b", " * ```ts", " */"]) {
      const end = next === " */" ? "" : "\n */";
      const after = reflowComments(`/**\n${columns(125, " * ")}\n * tail\n${next}${end}\n`, commentsOf);
      const lines = after.split("\n");
      assert.equal(lines[2]?.endsWith(" tail"), true, after);
      assert.equal(lines[3], next);
    }
  });

  it("indents the continuation of a list item", () => {
    const [first, second] = reflowMarkdown(columns(130, "- ")).split("\n");
    assert.match(first ?? "", /^- word/);
    assert.match(second ?? "", /^ {2}\w/);
  });

  it("does not break code in backticks, nor begin a line like a list or a heading", () => {
    const before = `${columns(112)} \`a b c d e\` and more`;
    assert.equal(reflowMarkdown(before).split("\n")[1], "`a b c d e` and more");
    for (const sign of ["-", "+", "#", "1.", ">"]) {
      const [first, second] = reflowMarkdown(`${columns(119)} ${sign} more`).split("\n");
      assert.ok(!(second ?? "").startsWith(sign), `${first}\n${second}`);
    }
  });

  it("needs one run, and loses no word", () => {
    const text = `/**\n${columns(300, " * ")}\n *\n${columns(200, " * - ")}\n */\n${columns(150, "// ")}\n`;
    const once = reflowComments(text, commentsOf);
    assert.deepEqual(wideIn(once), []);
    assert.equal(reflowComments(once, commentsOf), once);
    const words = (each: string) => each.split(/[\s*/-]+/).filter((word) => word !== "");
    assert.deepEqual(words(once), words(text));
  });
});

describe("the check of sizes", () => {
  it("refuses more than 300 lines in src, unless the file is excepted", () => {
    const files = new Map([
      ["src/a.ts", { lines: 300 }],
      ["src/b.ts", { lines: 301 }],
      ["test/c.ts", { lines: 999 }],
    ]);
    assert.equal(largeFiles(files, []).length, 1);
    assert.match(largeFiles(files, [])[0] ?? "", /^src\/b\.ts: 301 lines/);
    assert.deepEqual(largeFiles(files, ["src/b.ts"]), []);
  });

  it("refuses an exception that is not needed", () => {
    assert.match(largeFiles(new Map([["src/a.ts", { lines: 300 }]]), ["src/a.ts"])[0] ?? "", /does not need/);
  });
});

describe("the check of docstrings", () => {
  it("finds the docstring above an export, also after a linter comment", () => {
    const text = [
      "/** A. */\nexport const a = 1;",
      "/** B. */\n// biome-ignore lint/a/b: c\nexport type B = void;",
      "/* Not one. */\nexport function c(): void {}",
      "// Not one.\nexport class D {}",
      "/** Of something else. */\nconst e = 1;\nexport interface F {}",
    ].join("\n\n");
    assert.deepEqual(
      readSource("a.ts", text).exports.map(({ name, documented }) => `${name} ${documented}`),
      ["a true", "B true", "c false", "D false", "F false"],
    );
  });
});
