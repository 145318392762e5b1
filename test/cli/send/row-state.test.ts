import assert from "node:assert/strict";
import { test } from "node:test";
import { formatState, parseState, type RowState } from "#src/cli/send/many/row-state.js";
import { fc } from "../../property.js";

const addresses = fc.option(fc.array(fc.emailAddress(), { minLength: 1, maxLength: 3 }), { nil: undefined });
const states: fc.Arbitrary<RowState> = fc.record({
  outcome: fc.constantFrom("begun", "accepted", "refused", "later", "unknown", "not-built"),
  again: addresses,
  unknown: addresses,
  refused: fc.constantFrom(true, undefined),
  messageId: fc.option(fc.string(), { nil: undefined }),
});

test("A line of a resume file is read as it was written, and no part of it is taken for another line", () => {
  const separators = fc.stringMatching(/^[a\n\r\x7f\x85\u2028\u2029]{1,3}$/);
  const keys = fc.option(fc.oneof(fc.string({ unit: "grapheme" }), separators), { nil: undefined });
  fc.assert(
    fc.property(states, fc.nat({ max: 2 ** 31 - 1 }), keys, (state, line, key) => {
      const text = formatState(line, state, key);
      // Readers take more characters than LF for the end of a line.
      assert.doesNotMatch(text.slice(0, -1), /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
      assert.equal(text.at(-1), "\n");
      const parsed = parseState(text.slice(0, -1));
      assert.deepEqual(JSON.parse(JSON.stringify(parsed)), JSON.parse(JSON.stringify({ line, key, state })));
    }),
  );
});

test("What is not a line of a resume file is no state", () => {
  for (const text of [
    "",
    "+",
    "+ ",
    "+ x",
    "* 1",
    "+ 1 x",
    "+ 1 {",
    '+ 1 {"key":"a"',
    "+ 1 {}x",
    "+1",
    " + 1",
    "+ 12345678901",
  ])
    assert.equal(parseState(text), undefined, text);
});
