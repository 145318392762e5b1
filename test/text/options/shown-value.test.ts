import assert from "node:assert/strict";
import { test } from "node:test";
import { described, shown } from "#src/text/options/shown-value.js";

test("shown writes a value of any type in a few words, and nothing that an object holds", () => {
  const values: readonly (readonly [unknown, string])[] = [
    [0, "0"],
    [undefined, "undefined"],
    [null, "null"],
    ["5\r\n", '"5\\r\\n"'],
    ["x".repeat(1000), `"${"x".repeat(60)}…"`],
    [Symbol("s"), "Symbol(s)"],
    [Object.create(null), "an object"],
    [{ password: "secret" }, "an object"],
    [[1, 2], "an array"],
    [5n, "a bigint"],
    [[], "an empty array"],
    [() => 5, "a function"],
  ];
  for (const [value, words] of values) assert.equal(shown(value), words);
});

test("described does not write the contents of a string", () => {
  assert.equal(described("secret"), "a string");
  assert.equal(described(""), "an empty string");
  assert.equal(described(5), "5");
});

test("described runs no code of the value", () => {
  const trap = new Proxy(Object.create(null), { get: () => assert.fail("was asked") });
  assert.equal(described(trap), "an object");
});
