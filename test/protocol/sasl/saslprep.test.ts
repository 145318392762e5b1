import assert from "node:assert/strict";
import { it } from "node:test";
import { saslprep } from "#src/protocol/sasl/saslprep.js";

// RFC 4013 3, and more of the same.
for (const [text, prepared] of [
  ["I\u00adX", "IX"],
  ["user", "user"],
  ["USER", "USER"],
  ["\u00aa", "a"],
  ["\u2168", "IX"],
  ["\u0007", undefined],
  ["\u06271", undefined],
  ["\u0627\u06281\u0628", "\u0627\u06281\u0628"],
  ["\u0627a\u0628", undefined],
  ["a\u00a0b", "a b"],
  ["a\u200bb\ufe0f", "ab"],
  ["a\u202eb", undefined],
  ["", ""],
] as const) {
  it(`saslprep makes ${JSON.stringify(prepared)} of ${JSON.stringify(text)}`, () => {
    assert.equal(saslprep(text), prepared);
  });
}
