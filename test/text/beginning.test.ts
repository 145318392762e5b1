import assert from "node:assert/strict";
import { test } from "node:test";
import { beginningOf } from "#src/text/beginning.js";
import { fc } from "../property.js";

test("cuts a text where a character ends, and leaves a short one as it is", () => {
  assert.equal(beginningOf("a\u{1f600}b", 4), "a\u{1f600}b");
  assert.equal(beginningOf("a\u{1f600}b", 3), "a\u{1f600}");
  assert.equal(beginningOf("a\u{1f600}b", 2), "a");
  assert.equal(beginningOf("a\u{1f600}b", 1), "a");
  assert.equal(beginningOf("\u{1f600}", 1), "");
  assert.equal(beginningOf("a", 0), "");
});

test("keeps as many whole characters as there is room for", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(20), (text, most) => {
      let expected = "";
      for (const character of text) {
        if (expected.length + character.length > most) break;
        expected += character;
      }
      assert.equal(beginningOf(text, most), expected);
    }),
  );
});
