import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { describe, it } from "node:test";
import { CertificateAuthority } from "envoi/testing";

const read = ({ cert }: { readonly cert: string }): X509Certificate => new X509Certificate(cert);

describe("CertificateAuthority", () => {
  it("issues certificates that it has signed, for the names of this machine", async () => {
    const ca = await CertificateAuthority.create("throw-away");
    const issued = read(ca.issue());
    const authority = new X509Certificate(ca.cert);
    assert.equal(authority.ca, true);
    assert.equal(issued.ca, false);
    assert.equal(issued.checkIssued(authority), true);
    assert.equal(issued.verify(authority.publicKey), true);
    assert.equal(issued.issuer, "CN=throw-away");
    assert.equal(issued.checkHost("localhost"), "localhost");
    assert.equal(issued.checkIP("127.0.0.1"), "127.0.0.1");
    assert.equal(issued.checkIP("::1"), "::1");
    assert.equal(issued.checkHost("elsewhere.test"), undefined);
  });

  it("issues each with a key and a number of its own", async () => {
    const ca = await CertificateAuthority.create();
    const [a, b] = [read(ca.issue()), read(ca.issue())];
    assert.notEqual(a.serialNumber, b.serialNumber);
    assert.equal(a.publicKey.equals(b.publicKey), false);
  });

  it("writes names and addresses as they are", async () => {
    const ca = await CertificateAuthority.create();
    const issued = read(
      ca.issue({ names: ["*.y.test", "2001:db8::1:0:0:7", "::", "192.0.2.255", "1:2:3:4:5:6:7:8"] }),
    );
    assert.equal(
      issued.subjectAltName,
      "DNS:*.y.test, IP Address:2001:DB8:0:0:1:0:0:7, IP Address:0:0:0:0:0:0:0:0, IP Address:192.0.2.255, IP Address:1:2:3:4:5:6:7:8",
    );
    assert.equal(issued.subject, "CN=*.y.test");
  });

  it("issues for the time that is asked for, also beyond 2049", async () => {
    const ca = await CertificateAuthority.create();
    const notBefore = new Date("2048-02-03T04:05:06Z");
    const notAfter = new Date("2060-01-02T03:04:05Z");
    const issued = read(ca.issue({ notBefore, notAfter }));
    assert.deepEqual([new Date(issued.validFrom), new Date(issued.validTo)], [notBefore, notAfter]);
    const expired = read(ca.issue({ notAfter: new Date("2020-01-01T00:00:00Z") }));
    assert.deepEqual(new Date(expired.validFrom), new Date("2019-12-31T00:00:00Z"));
  });

  it("issues for clients", async () => {
    const ca = await CertificateAuthority.create();
    const issued = read(ca.issue({ purpose: "client", subject: "Bücher" }));
    assert.deepEqual(issued.keyUsage, ["1.3.6.1.5.5.7.3.2"]);
    assert.deepEqual([issued.subject, issued.subjectAltName], ["CN=Bücher", undefined]);
  });

  it("makes certificates that vouch for themselves", async () => {
    const alone = read(await CertificateAuthority.selfSigned());
    assert.equal(alone.verify(alone.publicKey), true);
    assert.equal(alone.checkHost("localhost"), "localhost");
  });

  it("is one for the whole process if it is shared", async () => {
    assert.equal(await CertificateAuthority.shared(), await CertificateAuthority.shared());
  });
});

describe("the list of revoked certificates", () => {
  it("is empty at first, has what has been revoked, and nothing of others", async () => {
    const ca = await CertificateAuthority.create();
    assert.match(ca.crl, /^-----BEGIN X509 CRL-----\n/);
    ca.revoke(ca.issue());
    assert.ok(ca.crl.length > 300);
    const other = await CertificateAuthority.create("other");
    assert.throws(() => ca.revoke(other.issue()), { kind: "configuration" });
  });
});
