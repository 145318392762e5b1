import assert from "node:assert/strict";
import { test } from "node:test";
import { foreign } from "#src/cli/foreign-text.js";
import { noticeLines, rowLines, textStyle } from "#src/cli/report-text.js";
import { wrapped } from "#src/cli/wrapped.js";
import { pipe } from "./run.ts";

const notice = {
  severity: "error",
  what: "The certificate for mail.example.org expired on 2026-11-01, which is long ago.",
  remedy: "Renew the certificate, and see why it was not renewed.",
  code: "certificate-expired",
} as const;

function styleOf(columns: number | undefined, environment: Record<string, string>, isTTY: boolean) {
  const { terminal, output } = pipe(environment);
  Object.assign(output, { isTTY, ...(columns !== undefined && { columns }) });
  return textStyle(terminal);
}

test("a report has colours on a terminal only, and none with NO_COLOR", () => {
  const coloured = (environment: Record<string, string>, isTTY: boolean) =>
    noticeLines(notice, styleOf(80, environment, isTTY))
      .join("\n")
      .includes("\x1b[");
  assert.equal(coloured({}, true), true);
  assert.equal(coloured({ NO_COLOR: "1" }, true), false);
  assert.equal(coloured({}, false), false);
});

test("the lines of a report fit into the columns of the terminal, or into 80", () => {
  for (const columns of [40, 60, 132, undefined]) {
    const style = styleOf(columns, {}, false);
    const rows = rowLines([["label", "word ".repeat(60).trim()]], style);
    for (const line of [...noticeLines(notice, style), ...rows])
      assert.ok(line.length <= (columns ?? 80), line);
  }
});

test("COLUMNS goes before the width of the terminal, unless it is no number of columns", () => {
  assert.equal(styleOf(undefined, { COLUMNS: "30" }, false).width, 30);
  assert.equal(styleOf(120, { COLUMNS: "30" }, true).width, 30);
  for (const wrong of ["", "0", "-3", "wide", "1e9", "9".repeat(30)]) {
    assert.equal(styleOf(120, { COLUMNS: wrong }, true).width, 120, wrong);
    assert.equal(styleOf(undefined, { COLUMNS: wrong }, false).width, 80, wrong);
  }
});

test("a text is broken at blanks, and keeps all its words", () => {
  assert.deepEqual(wrapped("one two three four five", 20), ["one two three four", "five"]);
  assert.deepEqual(wrapped("", 20), [""]);
  const long = "x".repeat(50);
  assert.deepEqual(wrapped(`a ${long} b`, 20), ["a", long, "b"]);
});

test("foreign text loses control characters, invisible characters and excess", () => {
  assert.equal(foreign("a\x1b[31mb\r\n\u202ec\u200bd\x9be"), "a [31mb cd e");
  assert.equal(foreign("x".repeat(1_000_000), 10), "xxxxxxxxxx…");
  assert.equal(foreign("Ünïcode ☕"), "Ünïcode ☕");
});
