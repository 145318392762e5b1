import assert from "node:assert/strict";
import { test } from "node:test";
import { parameterHeader } from "#src/mime/parameters.js";
import { fc } from "../property.js";
import { unfold } from "./rfc2047.js";

function lines(filename: string): string {
  return parameterHeader("Content-Disposition", "attachment", new Map([["filename", filename]])).lines;
}

/** By the letter of RFC 2231. */
function read(encoded: string): string {
  const field = unfold(encoded);
  const quoted = /; filename="((?:[^"\\]|\\.)*)"$/.exec(field)?.[1];
  if (quoted !== undefined) return quoted.replace(/\\(.)/g, "$1");
  const pieces = Array.from(field.matchAll(/; filename\*(?:(\d+)\*)?=([^;]*)/g));
  for (const [index, [, number]] of pieces.entries())
    if (pieces.length > 1) assert.equal(number, String(index));
  const text = pieces.map(([, , piece]) => piece).join("");
  assert.match(text, /^utf-8''/);
  return decodeURIComponent(text.slice("utf-8''".length));
}

test("quotes a plain name", () => {
  assert.equal(lines("a b.pdf"), 'Content-Disposition: attachment; filename="a b.pdf"\r\n');
  assert.equal(lines('say "hi".txt'), 'Content-Disposition: attachment; filename="say \\"hi\\".txt"\r\n');
});

test("writes other names by RFC 2231", () => {
  assert.equal(lines("März.pdf"), "Content-Disposition: attachment; filename*=utf-8''M%C3%A4rz.pdf\r\n");
  assert.equal(
    lines("Rechnung für März, sehr lang und noch viel länger als man denkt.pdf"),
    "Content-Disposition: attachment;\r\n" +
      " filename*0*=utf-8''Rechnung%20f%C3%BCr%20M%C3%A4rz%2C%20sehr%20lang%20und;\r\n" +
      " filename*1*=%20noch%20viel%20l%C3%A4nger%20als%20man%20denkt.pdf\r\n",
  );
});

test("does not quote a name that looks like an encoded word, because readers would decode it", () => {
  assert.equal(read(lines("=?utf-8?q?x?=.pdf")), "=?utf-8?q?x?=.pdf");
  assert.doesNotMatch(lines("=?utf-8?q?x?=.pdf"), /=\?/);
});

test("any name comes back, whole characters in each piece", () => {
  const name = fc.array(
    fc.oneof(
      fc.constantFrom("a", " ", '"', "\\", ";", "'", "%", "*", "=?", "ü", "語", "😀"),
      fc.constantFrom(40, 80, 2000).map((n) => "x".repeat(n)),
    ),
    { minLength: 1, maxLength: 30 },
  );
  fc.assert(
    fc.property(name, (pieces) => {
      const encoded = lines(pieces.join(""));
      assert.equal(read(encoded), pieces.join(""));
      for (const line of encoded.slice(0, -2).split("\r\n")) {
        assert.match(line, /^[ -~]{1,78}$/);
        for (const [, piece = ""] of line.matchAll(/=(?:utf-8'')?([^;]*);?$/g))
          if (!piece.includes('"')) decodeURIComponent(piece);
      }
    }),
    { numRuns: 500 },
  );
});
