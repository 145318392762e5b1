import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { BodyHash } from "#src/signing/canonical-body.js";
import type { Canonicalization } from "#src/signing/canonicalization.js";
import { cpuTime } from "../cpu-time.js";
import { fc } from "../property.ts";

const forms: readonly Canonicalization[] = ["simple", "relaxed"];

/** The canonical body after the words of RFC 6376 section 3.4, of bodies in which CR and LF stand only together. */
function canonical(body: string, form: Canonicalization): string {
  if (form === "simple") return `${body.replace(/(?:\r\n)*$/, "")}\r\n`;
  const reduced = body
    .replace(/[ \t]+(?=\r\n|$)/g, "")
    .replace(/[ \t]+/g, " ")
    .replace(/(?:\r\n)*$/, "");
  return reduced === "" ? "" : `${reduced}\r\n`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function hashOf(
  pieces: readonly (Buffer | string)[],
  form: Canonicalization,
): { digest: string; length: number } {
  const hash = new BodyHash(form);
  for (const piece of pieces) hash.update(Buffer.from(piece));
  const digest = hash.digest();
  return { digest, length: hash.length };
}

test("hashes an empty body as RFC 6376 section 3.4 states", () => {
  const simple = "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=";
  const relaxed = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  for (const pieces of [[], [""], ["\r\n"], ["\r\n\r\n", "\r", "\n"]]) {
    assert.deepEqual(hashOf(pieces, "simple"), { digest: simple, length: 2 });
    assert.deepEqual(hashOf(pieces, "relaxed"), { digest: relaxed, length: 0 });
  }
  assert.deepEqual(hashOf([" \t ", "\r\n", "\t"], "relaxed"), { digest: relaxed, length: 0 });
});

test("the example of RFC 6376 section 3.4.5 has its canonical forms", () => {
  const body = " C \r\nD \t E\r\n\r\n\r\n";
  assert.equal(hashOf([body], "relaxed").digest, sha256(" C\r\nD E\r\n"));
  assert.equal(hashOf([body], "simple").digest, sha256(" C \r\nD \t E\r\n"));
});

test("a body has the same hash cut in two anywhere, and octet by octet", () => {
  const bodies = [
    "a  b\t\r\n \t\r\n\r\nc \r\n\r\n",
    "x",
    "x \r\n \r\n",
    "\r\n\r\nx\r\n",
    " x\r\n\r\n y \r\n\t\r\n\r\n",
  ];
  for (const form of forms) {
    for (const body of bodies) {
      const expected = { digest: sha256(canonical(body, form)), length: canonical(body, form).length };
      for (let at = 0; at <= body.length; at++) {
        assert.deepEqual(
          hashOf([body.slice(0, at), body.slice(at)], form),
          expected,
          JSON.stringify([body, at]),
        );
      }
      assert.deepEqual(hashOf([...body], form), expected);
    }
  }
});

test("any body in any pieces has the hash of its canonical form", () => {
  const piece = fc.constantFrom(
    " ",
    "\t",
    "  ",
    "\r\n",
    "\r\n\r\n",
    "a",
    "bc",
    "\u00fc",
    ".",
    "x".repeat(70),
  );
  const body = fc.array(piece, { maxLength: 40 });
  const cuts = fc.array(fc.nat(200), { maxLength: 6 });
  fc.assert(
    fc.property(body, cuts, fc.constantFrom(...forms), (pieces, at, form) => {
      const text = pieces.join("");
      const octets = Buffer.from(text);
      const places = [0, ...at.map((place) => Math.min(place, octets.length)), octets.length].sort(
        (a, b) => a - b,
      );
      const cut = places.slice(1).map((end, index) => octets.subarray(places[index], end));
      const expected = Buffer.from(canonical(text, form));
      assert.deepEqual(hashOf(cut, form), { digest: sha256(expected.toString()), length: expected.length });
    }),
    { numRuns: 1000 },
  );
});

test("treats a bare CR or LF like other octets", () => {
  for (const form of forms) {
    for (const body of ["a\rb\r\n", "a\nb\r\n", "a\r", "\r", "a\n", "a\r\r\n", "\n\r\n"]) {
      const ended = body.endsWith("\r\n") ? body : `${body}\r\n`;
      assert.equal(hashOf([...body], form).digest, sha256(ended), JSON.stringify(body));
    }
  }
});

test("holds back a hundred megabytes of white space and line ends in linear time and constant memory", () => {
  const spent = cpuTime();
  for (const [form, octets] of [
    ["simple", "\r\n"],
    ["relaxed", " "],
    ["relaxed", " \r\n"],
  ] as const) {
    const hash = new BodyHash(form);
    const block = Buffer.from(octets.repeat(1_000_000 / octets.length));
    for (let times = 0; times < 33; times++) hash.update(block);
    assert.equal(hash.length, 0);
  }
  assert.ok(spent() < 20_000);
});
