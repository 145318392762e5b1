import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Extensions, formatEhlo, parseEhlo } from "#src/protocol/extensions.js";
import { cpuTime } from "../cpu-time.js";
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

  it("skips limits that are malformed or not known, and a FUTURERELEASE that tells no limits", () => {
    const limits = "LIMITS RCPTMAX=0 mailmax=7 MAILMAX=8 FOO=1 RCPTDOMAINMAX=x __PROTO__=1";
    assert.deepEqual(parseEhlo(["x", limits]).extensions.LIMITS, { MAILMAX: 7 });
    for (const line of [
      "FUTURERELEASE",
      "FUTURERELEASE 0 2030-01-01T00:00:00Z",
      "FUTURERELEASE 9 2030-13-01T00:00:00Z",
    ])
      assert.equal(parseEhlo(["x", line]).extensions.FUTURERELEASE, undefined);
  });

  it("takes linear time for a line of white space", () => {
    const spent = cpuTime();
    parseEhlo(["x", `AUTH${" ".repeat(60_000)}`, `AUTH ${"=".repeat(60_000)}`]);
    assert.ok(spent() < 1000);
  });

  it("reads what was written", () => {
    const extensions = fc.record(
      {
        PIPELINING: fc.constant(true as const),
        SIZE: fc.nat(),
        AUTH: fc.uniqueArray(fc.constantFrom("PLAIN", "LOGIN", "SCRAM-SHA-256"), { minLength: 1 }),
        SMTPUTF8: fc.constant(true as const),
        CHUNKING: fc.constant(true as const),
        DELIVERBY: fc.nat(999_999_999),
        FUTURERELEASE: fc.record(
          {
            interval: fc.integer({ min: 1, max: 999_999_999 }),
            until: fc.nat(4_000_000_000).map((seconds) => new Date(seconds * 1000)),
          },
          { noNullPrototype: true },
        ),
        "MT-PRIORITY": fc.constantFrom("", "MIXER"),
        LIMITS: fc.record(
          { MAILMAX: fc.integer({ min: 1, max: 999_999 }), RCPTMAX: fc.integer({ min: 1, max: 999_999 }) },
          { requiredKeys: [], noNullPrototype: true },
        ),
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
