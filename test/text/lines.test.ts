import assert from "node:assert/strict";
import { test } from "node:test";
import { hasSafeEdges, isAsciiText, toCrlf, toLines } from "#src/text/lines.js";
import { fc } from "../property.js";

test("turns LF and CRLF into CRLF, and keeps a lone CR", () => {
  const cases = [
    ["", ""],
    ["a", "a"],
    ["a\nb", "a\r\nb"],
    ["a\r\nb\n", "a\r\nb\r\n"],
    ["\n\n", "\r\n\r\n"],
    ["a\rb\n", "a\rb\r\n"],
    ["\r\r\n", "\r\r\n"],
    ["\n\r", "\r\n\r"],
  ] as const;
  for (const [text, lines] of cases) assert.equal(toCrlf(text), lines);
});

test("whole lines have no NUL, no lone CR or LF, and at most 998 octets", () => {
  const whole = ["", "a", "a\r\n", "\r\n\r\n", "x".repeat(998), `${"x".repeat(998)}\r\n${"x".repeat(998)}`];
  const broken = [
    "\0",
    "a\rb",
    "\r",
    "a\n",
    "\nb",
    "\r\n\n",
    "\n\r",
    "\r\r\n",
    "x".repeat(999),
    `a\r\n${"x".repeat(999)}\r\n`,
  ];
  for (const text of whole) assert.equal(hasWholeLines(text), true, JSON.stringify(text.slice(0, 20)));
  for (const text of broken) assert.equal(hasWholeLines(text), false, JSON.stringify(text.slice(0, 20)));
});

test("the length of a line is counted in octets", () => {
  assert.equal(hasWholeLines("ü".repeat(499), 3), true);
  assert.equal(hasWholeLines("ü".repeat(500), 3), false);
});

test("white space at line ends and From at line beginnings are not safe", () => {
  for (const text of ["", "a", "a b\r\nc", "from me", " From me", "a From b", "Fromage", "From\r\n"]) {
    assert.equal(hasSafeEdges(toLines(text)), true, JSON.stringify(text));
  }
  for (const text of ["a ", "a\t\r\nb", " \r\n", "From me", "a\r\nFrom me", "-- \r\nme"]) {
    assert.equal(hasSafeEdges(toLines(text)), false, JSON.stringify(text));
  }
});

test("makes lines of a text like toCrlf, and judges them as they are then", () => {
  const pieces = fc.constantFrom(
    "a",
    " ",
    "\t",
    "\r\n",
    "\r",
    "\n",
    "From ",
    ".",
    "\0",
    "x".repeat(998),
    "ü",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.constantFrom(1, 3), (list, octetsPerUnit) => {
      const text = list.join("");
      const lines = toLines(text, octetsPerUnit);
      assert.equal(lines.text, toCrlf(text));
      assert.equal(lines.whole, hasWholeLines(toCrlf(text), octetsPerUnit));
      const split = toCrlf(text).split("\r\n");
      assert.equal(
        lines.spaced,
        split.some((line) => line.endsWith(" ")),
      );
      assert.equal(
        lines.changeable,
        split.some((line) => /\t$|^From /.test(line)),
      );
    }),
    { numRuns: 1000 },
  );
});

test("knows ASCII from all other text", () => {
  for (const text of ["", "a\0\x7f", "a".repeat(5000)]) assert.equal(isAsciiText(text), true);
  for (const text of ["\x80", "ü", "€", "\ud83d", "\ud83d\ude00", `${"a".repeat(5000)}ü`])
    assert.equal(isAsciiText(text), false);
});

test("judges a text like a search line by line", () => {
  const pieces = fc.constantFrom("a", " ", "\t", "\r\n", "\r", "\n", "From ", "\0");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (list) => {
      const text = list.join("");
      const lines = text.split("\r\n");
      assert.equal(hasWholeLines(text), !lines.some((line) => /[\r\n\0]/.test(line)));
      if (hasWholeLines(text))
        assert.equal(hasSafeEdges(toLines(text)), !lines.some((line) => /[ \t]$|^From /.test(line)));
    }),
    { numRuns: 1000 },
  );
});

/** Whether the text consists of valid SMTP lines as it is. */
function hasWholeLines(text: string, octetsPerUnit: 1 | 3 = 1): boolean {
  const lines = toLines(text, octetsPerUnit);
  return lines.whole && lines.text === text;
}
