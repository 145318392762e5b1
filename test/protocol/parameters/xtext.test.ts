import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeXtext, encodeXtext } from "#src/protocol/parameters/xtext.js";
import { fc } from "../../property.js";

describe("xtext", () => {
  it("writes +, = and what is not printable ASCII as hexadecimal digits", () => {
    assert.equal(encodeXtext("a+b=c d\u00e4"), "a+2Bb+3Dc+20d+C3+A4");
  });

  it("is not read where it is malformed, or hides a control character", () => {
    for (const wrong of ["a b", "a=b", "+", "+2", "+2b", "+GG", "a+0D+0Ab", "+00", "+FF", "\u00e4"]) {
      assert.equal(decodeXtext(wrong), undefined, wrong);
    }
  });

  it("reads what was written", () => {
    const text = fc
      .string({ unit: "grapheme" })
      .filter((value) => !/[\0-\x1f\x7f\ufffd]|\p{Surrogate}/u.test(value));
    fc.assert(fc.property(text, (value) => assert.equal(decodeXtext(encodeXtext(value)), value)));
  });
});
