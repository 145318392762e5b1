import assert from "node:assert/strict";
import { test } from "node:test";
import { shown } from "#src/text/shown.js";

test("a value of any type is shown in a few words, and nothing that an object holds", () => {
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
    [() => 5, "a function"],
  ];
  for (const [value, words] of values) assert.equal(shown(value), words);
});
