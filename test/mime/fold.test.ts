import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "#src/mime/fold.js";
import { MessageError } from "#src/mime/message-error.js";

test("a line is filled to 76 characters and no further", () => {
  assert.equal(fold("X", [` ${"a".repeat(73)}`, " b"]), `X: ${"a".repeat(73)}\r\n b`);
  assert.equal(fold("X", [` ${"a".repeat(71)}`, " b"]), `X: ${"a".repeat(71)} b`);
  assert.equal(fold("X", [" a", ` ${"b".repeat(75)}`, " c"]), `X: a\r\n ${"b".repeat(75)}\r\n c`);
  assert.equal(
    fold("X", [" a", ` ${"b".repeat(80)}`, ` ${"c".repeat(73)}`, " d"]),
    `X: a\r\n ${"b".repeat(80)}\r\n ${"c".repeat(73)} d`,
  );
});

test("leaves the first line empty only if necessary", () => {
  assert.equal(fold("X", [` ${"a".repeat(900)}`]), `X: ${"a".repeat(900)}`);
  assert.equal(fold("X-Name", [` ${"a".repeat(997)}`]), `X-Name:\r\n ${"a".repeat(997)}`);
});

test("refuses a token that is too long for a line, counted in octets", () => {
  assert.throws(() => fold("X", [` ${"a".repeat(998)}`]), MessageError);
  assert.throws(() => fold("X", [" a", ` ${"ü".repeat(499)}`]), MessageError);
});
