import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeQuotedPrintable } from "#src/mime/quoted-printable.js";
import { fc } from "../property.js";

function encode(text: string): string {
  return encodeQuotedPrintable(Buffer.from(text))?.toString("latin1") ?? "";
}

function decode(encoded: string): Buffer {
  const octets = encoded
    .replaceAll("=\r\n", "")
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, "latin1");
}

test("keeps printable characters, and escapes others", () => {
  const cases = [
    ["", ""],
    ["a b\tc", "a b\tc"],
    ["1+1=2", "1+1=3D2"],
    ["ü", "=C3=BC"],
    ["\0\x7f", "=00=7F"],
    ["a\r\nb", "a\r\nb"],
    ["a\rb\nc", "a=0Db=0Ac"],
    ["a \r\nb\t", "a=20\r\nb=09"],
    ["From me\r\nFrom you, From here", "=46rom me\r\n=46rom you, From here"],
  ] as const;
  for (const [text, encoded] of cases) assert.equal(encode(text), encoded);
});

test("escapes the same octets wherever they stand among others", () => {
  for (let octet = 0; octet < 256; octet++) {
    const stays = octet === 0x09 || (octet >= 0x20 && octet <= 0x7e && octet !== 0x3d);
    const written = stays
      ? String.fromCharCode(octet)
      : `=${octet.toString(16).toUpperCase().padStart(2, "0")}`;
    for (let before = 1; before < 10; before++) {
      const [left, right] = ["x".repeat(before), "~".repeat(10 - before)];
      const octets = Buffer.concat([Buffer.from(left), Buffer.of(octet), Buffer.from(right)]);
      assert.equal(encodeQuotedPrintable(octets)?.toString("latin1"), left + written + right);
    }
  }
});

test("keeps a line of 76 characters, and breaks one of 77", () => {
  assert.equal(encode("x".repeat(76)), "x".repeat(76));
  assert.equal(encode("x".repeat(77)), `${"x".repeat(75)}=\r\nxx`);
  assert.equal(encode(`${"x".repeat(75)} \r\n`), `${"x".repeat(75)}=\r\n=20\r\n`);
  assert.equal(encode(`${"x".repeat(73)} \r\n`), `${"x".repeat(73)}=20\r\n`);
});

test("no soft line break cuts a character", () => {
  for (let before = 60; before < 80; before++) {
    for (const line of encode(`${"x".repeat(before)}ü—😀`).split("=\r\n")) {
      assert.doesNotThrow(() => new TextDecoder("utf-8", { fatal: true }).decode(decode(line)));
    }
  }
});

test("puts no From at the beginning of a line by a soft line break", () => {
  for (let before = 70; before < 80; before++) {
    for (const line of encode(`${"x".repeat(before)}From me`).split("\r\n"))
      assert.doesNotMatch(line, /^From /);
  }
});

test("gives up if the result exceeds the limit", () => {
  for (const text of ["ü".repeat(100), "x ".repeat(100), "\n".repeat(100), "a\r\n".repeat(30)]) {
    const octets = Buffer.from(text);
    const { length } = encode(text);
    assert.equal(encodeQuotedPrintable(octets, length)?.length, length);
    for (let limit = 0; limit < length; limit++)
      assert.equal(encodeQuotedPrintable(octets, limit), undefined);
  }
});

test("is decoded to the same text, in lines that no server changes", () => {
  const pieces = fc.oneof(
    fc.constantFrom("a", " ", "\t", "\r\n", "\r", "\n", "=", "From ", "\0", "ü", "—", "😀"),
    fc.constantFrom(30, 70, 75).map((length) => "x".repeat(length)),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (list) => {
      const text = Buffer.from(list.join(""));
      const encoded = encode(list.join(""));
      assert.deepEqual(decode(encoded), text);
      for (const line of encoded.split("\r\n")) assert.match(line, /^(?!From )[\t -~]{0,76}(?<![ \t])$/);
    }),
    { numRuns: 500 },
  );
});
