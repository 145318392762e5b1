import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { CertificateAuthority } from "envoi/testing";
import { formatPin, isPinned, parsePin, pinOf } from "#src/net/client/pin.js";
import { fc } from "../../property.js";

const ca = await CertificateAuthority.shared();

describe("a pin", () => {
  it("is read as it is written", () => {
    const digests = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((octets) => Buffer.from(octets));
    fc.assert(
      fc.property(fc.constantFrom("certificate" as const, "key" as const), digests, (of, digest) => {
        assert.deepEqual(parsePin(formatPin({ of, digest })), { of, digest });
      }),
    );
  });

  it("is of one certificate, or of one key, and of no other", () => {
    const [one, other] = [ca.issue(), ca.issue()].map(({ cert }) => new X509Certificate(cert));
    assert.ok(one && other);
    for (const of of ["certificate", "key"] as const) {
      assert.equal(isPinned(one, [pinOf(one, of)]), true);
      assert.equal(isPinned(one, [pinOf(other, of), pinOf(one, of)]), true);
      assert.equal(isPinned(one, [pinOf(other, of)]), false);
    }
    assert.equal(isPinned(one, []), false);
    assert.equal(formatPin(pinOf(one, "certificate")), one.fingerprint256);
    assert.equal(isPinned(one, [{ of: "key", digest: pinOf(one, "certificate").digest }]), false);
  });
});
