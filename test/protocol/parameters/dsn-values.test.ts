import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  formatEnvelopeId,
  formatNotify,
  formatOriginalRecipient,
  parseEnvelopeId,
  parseNotify,
  parseOriginalRecipient,
} from "#src/protocol/parameters/dsn-values.js";
import { encodeXtext } from "#src/protocol/parameters/xtext.js";
import { fc } from "../../property.js";

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
});

describe("an envelope id", () => {
  it("is written as xtext", () => {
    assert.equal(formatEnvelopeId("order+7=a b"), "order+2B7+3Da+20b");
  });

  it("has 1 to 100 octets as xtext, all of them printable", () => {
    assert.equal(formatEnvelopeId("a".repeat(100)), "a".repeat(100));
    for (const wrong of ["", "a".repeat(101), "+".repeat(34), "a\nb", "\u00e9", "\x7f"]) {
      assert.equal(formatEnvelopeId(wrong), undefined, wrong);
    }
    for (const wrong of ["", "a".repeat(101), "a=b", "+2", "+0A"])
      assert.equal(parseEnvelopeId(wrong), undefined, wrong);
  });

  it("is read as it was written", () => {
    fc.assert(
      fc.property(printable, (id) => {
        const text = formatEnvelopeId(id);
        if (text !== undefined) assert.equal(parseEnvelopeId(text), id);
        else assert.ok(id === "" || encodeXtext(id).length > 100);
      }),
    );
  });
});

describe("NOTIFY", () => {
  it("is NEVER, or distinct occasions", () => {
    assert.equal(formatNotify("NEVER"), "NEVER");
    assert.equal(formatNotify(["FAILURE", "DELAY"]), "FAILURE,DELAY");
    assert.equal(formatNotify([]), undefined);
    assert.equal(formatNotify(["DELAY", "DELAY"]), undefined);
  });

  it("is read in any case", () => {
    assert.equal(parseNotify("never"), "NEVER");
    assert.deepEqual(parseNotify("Success,DELAY,failure"), ["SUCCESS", "DELAY", "FAILURE"]);
  });

  it("is malformed if NEVER stands beside others, if a word repeats, is empty or unknown", () => {
    for (const wrong of [
      "",
      "NEVER,DELAY",
      "NEVER,NEVER",
      "DELAY,delay",
      "DELAY,",
      ",DELAY",
      "DELAY, SUCCESS",
      "ALWAYS",
    ]) {
      assert.equal(parseNotify(wrong), undefined, wrong);
    }
  });
});

describe("an original recipient", () => {
  it("is written with its type, an address outside ASCII in hexadecimal", () => {
    assert.equal(formatOriginalRecipient({ type: "rfc822", address: "jo+x@y.test" }), "rfc822;jo+2Bx@y.test");
    assert.equal(
      formatOriginalRecipient({ type: "utf-8", address: "j\u00f6+\u{1f600}@y.test" }),
      "utf-8;j\\x{F6}\\x{2B}\\x{1F600}@y.test",
    );
  });

  it("is written in UTF-8 if it is too long in hexadecimal", () => {
    const address = `${"ü".repeat(110)}+@y.test`;
    const text = formatOriginalRecipient({ type: "utf-8", address });
    assert.equal(text, `utf-8;${"ü".repeat(110)}\\x{2B}@y.test`);
    assert.deepEqual(parseOriginalRecipient(text ?? ""), { type: "utf-8", address });
  });

  it("is not written if it could not be read back", () => {
    for (const wrong of [
      { type: "rfc822", address: "" },
      { type: "rfc822", address: "j\u00f6@y.test" },
      { type: "RFC822", address: "jo@y.test" },
      { type: "a b", address: "jo@y.test" },
      { type: "utf-8", address: "jo\r\n@y.test" },
      { type: "utf-8", address: "jo\ud800@y.test" },
    ]) {
      assert.equal(formatOriginalRecipient(wrong), undefined, JSON.stringify(wrong));
    }
  });

  it("is read as utf-8 if it says rfc822 and holds more than ASCII", () => {
    // What Postfix writes: the octets of UTF-8 as xtext.
    assert.deepEqual(parseOriginalRecipient("RFC822;j+C3+B6@y.test"), {
      type: "utf-8",
      address: "j\u00f6@y.test",
    });
    assert.equal(parseOriginalRecipient("x400;j+C3+B6@y.test"), undefined);
  });

  it("is malformed without a type or an address, with a surrogate, a code point that is not one, or a control", () => {
    for (const wrong of [
      ...["", "rfc822", "rfc822;", ";jo@y.test", "rfc 822;jo@y.test", "rfc822;jo=x@y.test", "rfc822;+0D+0A"],
      ...["utf-8;\\x{D800}", "utf-8;\\x{110000}", "utf-8;\\x{0A}", "utf-8;\\x{a}", "utf-8;a+b"],
    ]) {
      assert.equal(parseOriginalRecipient(wrong), undefined, wrong);
    }
  });

  it("is read as it was written", () => {
    fc.assert(
      fc.property(fc.constantFrom("rfc822", "utf-8"), fc.string({ unit: "binary" }), (type, address) => {
        const text = formatOriginalRecipient({ type, address });
        if (text !== undefined) {
          assert.match(text, /^[!-~]+$/);
          assert.deepEqual(parseOriginalRecipient(text), { type, address });
        }
      }),
    );
  });
});
