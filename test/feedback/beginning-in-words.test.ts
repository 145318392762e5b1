import assert from "node:assert/strict";
import { test } from "node:test";
import { beginningInWords } from "#src/feedback/beginning-in-words.js";

test("cuts a text between words, or else where a character ends", () => {
  const text = "see 5.1.10 \u{1f600}";
  assert.equal(beginningInWords(text, 13), text);
  assert.equal(beginningInWords(text, 12), "see 5.1.10 ");
  assert.equal(beginningInWords(text, 10), "see 5.1.10");
  for (let most = 4; most < 10; most++) assert.equal(beginningInWords(text, most), "see ");
  assert.equal(beginningInWords("x".repeat(100), 70), "x".repeat(6));
});
