import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Extensions, formatEhlo, parseEhlo } from "#src/protocol/extensions.js";
import { fc } from "../property.js";

describe("parseEhlo", () => {
  it("reads keywords in any case, with what they say", () => {
    const { domain, extensions } = parseEhlo([
      "mx.test hello",
      "pipelining",
      "Size 1000",
      "auth plain Login",
      "8bitmime",
    ]);
    assert.equal(domain, "mx.test");
    assert.deepEqual(extensions, {
      PIPELINING: true,
      SIZE: 1000,
      AUTH: ["PLAIN", "LOGIN"],
      "8BITMIME": true,
    });
  });

  it("reads AUTH as old servers write it, and both spellings as one", () => {
    assert.deepEqual(parseEhlo(["x", "AUTH=LOGIN", "AUTH PLAIN"]).extensions.AUTH, ["LOGIN", "PLAIN"]);
  });

  it("takes a SIZE that is none for one without a limit", () => {
    for (const size of ["SIZE", "SIZE 0", "SIZE -1", "SIZE many", `SIZE ${"9".repeat(30)}`]) {
      assert.equal(parseEhlo(["x", size]).extensions.SIZE, 0, size);
    }
  });

  it("keeps keywords that it does not know, and skips lines that are none", () => {
    const { keywords, extensions } = parseEhlo(["x", "XFOO a b", "", "--", "__proto__", "constructor"]);
    assert.deepEqual(
      [...keywords],
      [
        ["XFOO", "a b"],
        ["CONSTRUCTOR", ""],
      ],
    );
    assert.deepEqual(extensions, {});
  });

  it("takes linear time for a line of white space", () => {
    const start = performance.now();
    parseEhlo(["x", `AUTH${" ".repeat(60_000)}`, `AUTH ${"=".repeat(60_000)}`]);
    assert.ok(performance.now() - start < 1000);
  });

  it("reads what was written", () => {
    const extensions = fc.record(
      {
        PIPELINING: fc.constant(true as const),
        SIZE: fc.nat(),
        AUTH: fc.uniqueArray(fc.constantFrom("PLAIN", "LOGIN", "SCRAM-SHA-256"), { minLength: 1 }),
        SMTPUTF8: fc.constant(true as const),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(extensions, (offered: Extensions) =>
        assert.deepEqual(parseEhlo(formatEhlo("mx.test", offered)).extensions, offered),
      ),
    );
  });
});
