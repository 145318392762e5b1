import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageError } from "#src/mime/message-error.js";
import { textHeader } from "#src/mime/unstructured.js";
import { fc } from "../property.js";
import { decodeWords, unfold } from "./rfc2047.js";

function lines(text: string): string {
  return textHeader("Subject", text).lines;
}

/** What a reader makes of the lines: without the name, and without the one space behind the colon. */
function read(encoded: string): string {
  return decodeWords(unfold(encoded).replace(/^Subject: ?/, ""));
}

function checkLines(encoded: string): void {
  for (const line of encoded.slice(0, -2).split("\r\n")) {
    assert.match(line, /^[\t -~]*$/);
    assert.doesNotMatch(line, /^[ \t]*$/);
    assert.ok(line.length <= 998);
    if (line.includes("=?")) assert.ok(line.length <= 76, line);
  }
}

test("keeps printable ASCII", () => {
  assert.equal(lines("Hello, world: 100% (or =so)?"), "Subject: Hello, world: 100% (or =so)?\r\n");
  assert.equal(lines(""), "Subject:\r\n");
});

test("encodes only the words that need it, neighbours together", () => {
  assert.equal(lines("Re: Grüße"), "Subject: Re: =?UTF-8?B?R3LDvMOfZQ==?=\r\n");
  assert.equal(lines("Zürich-Altstetten ab"), "Subject: =?UTF-8?Q?Z=C3=BCrich-Altstetten?= ab\r\n");
  assert.equal(lines("a résumé résumé b"), "Subject: a =?UTF-8?B?csOpc3Vtw6kgcsOpc3Vtw6k=?= b\r\n");
});

test("folds long text before white space, and keeps the white space", () => {
  const text = `${"word ".repeat(30)} two  spaces`;
  const encoded = lines(text);
  assert.equal(unfold(encoded), `Subject: ${text}`);
  for (const line of encoded.split("\r\n")) assert.ok(line.length <= 76);
});

test("text that looks like an encoded word survives", () => {
  for (const text of ["=?utf-8?q?x?=", "a =?utf-8?q?x?= b", "=?", "x=?utf-8?b?eA==?=y"])
    assert.equal(read(lines(text)), text);
});

test("white space at the ends and long white space survive", () => {
  for (const text of [" a", "a ", "\ta\t", "   ", `a${" ".repeat(2000)}b`, "ü  ü", "ü a  ü"]) {
    checkLines(lines(text));
    assert.equal(read(lines(text)), text);
  }
});

test("encodes a word that is too long for a line", () => {
  for (const text of ["A".repeat(1200), `x ${"A".repeat(5000)} y`, "😀".repeat(5000)]) {
    checkLines(lines(text));
    assert.equal(read(lines(text)), text);
  }
});

test("refuses characters that could end the header, with their position", () => {
  for (const bad of [
    "\r\nBcc: evil@x",
    "\nBcc: e",
    "\rBcc: e",
    "\r\n\r\nbody",
    "\0",
    "\u2028",
    "\u2029",
    "\u0085",
    "\x7f",
    "\x1b",
    "\ud800",
    "\udc00",
  ]) {
    assert.throws(
      () => textHeader("X-Test", `x${bad}y`),
      (error) => error instanceof MessageError && error.field === "X-Test" && error.position === 1,
      JSON.stringify(bad),
    );
  }
});

test("is decoded to the same text, in lines of valid length", () => {
  const pieces = fc.oneof(
    fc.constantFrom(
      " ",
      "  ",
      "\t",
      "a",
      "word",
      "ü",
      "Ελληνικά",
      "日本語",
      "😀",
      "=?",
      "?=",
      "_",
      "\u00a0",
      "\ufeff",
      "=20",
    ),
    fc.constantFrom(50, 75, 80, 1000).map((length) => "x".repeat(length)),
    fc.constantFrom(30, 60).map((length) => "語".repeat(length)),
    fc.constantFrom(39, 41, 80).map((length) => " ".repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 15 }), (list) => {
      const text = list.join("");
      checkLines(lines(text));
      assert.equal(read(lines(text)), text);
    }),
    { numRuns: 500 },
  );
});
