import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeUtf8 } from "#src/text/utf8.js";
import { fc } from "../property.js";

describe("encodeUtf8", () => {
  it("agrees with Buffer.from whatever the text is", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme" }),
      fc.constant("\ud800"),
    );
    fc.assert(
      fc.property(texts, (text) => {
        assert.deepEqual(encodeUtf8(text), Buffer.from(text));
      }),
    );
  });

  it("agrees with it just below and above the size of a small text", () => {
    for (const length of [16_383, 16_384, 16_385]) {
      const text = "\u20ac".repeat(length);
      assert.equal(encodeUtf8(text).equals(Buffer.from(text)), true);
    }
  });

  it("returns memory of its own each time", () => {
    const first = encodeUtf8("Zo\u00eb");
    encodeUtf8("Jane");
    assert.equal(first.toString(), "Zo\u00eb");
  });
});
