import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defaultTimeouts, phaseTimeout } from "#src/net/client/timeouts.js";

describe("the default timeout", () => {
  it("of content is three minutes without progress (RFC 5321 4.5.3.2.5)", () => {
    assert.equal(phaseTimeout("content", defaultTimeouts), 180_000);
  });

  it("of the final reply is ten minutes (RFC 5321 4.5.3.2.6)", () => {
    assert.equal(phaseTimeout("final", defaultTimeouts), 600_000);
  });
});
