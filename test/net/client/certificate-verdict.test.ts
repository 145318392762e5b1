import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecureContext } from "node:tls";
import { CertificateAuthority, type CertificateRequest } from "envoi/testing";
import { connected } from "./connected.js";

const ca = await CertificateAuthority.shared();
const HOUR = 3_600_000;

/** What is said of a certificate, by a client that expects a name. */
async function refusal(
  certificate: { key: string; cert: string },
  name = "mail.example.org",
): Promise<string> {
  await using c = await connected(async (peer) => {
    await peer.secure(certificate);
    await peer.closed();
  });
  const trusting = { name, context: createSecureContext({ ca: ca.cert }) };
  return await c.connection.secure(trusting).then(
    () => "none",
    ({ message }: Error) => message,
  );
}

describe("a certificate that does not verify is explained:", () => {
  const names = ["mail.example.org", "mx.example.org"];
  const flaws: readonly (readonly [string, CertificateRequest, string | undefined, RegExp])[] = [
    ["good", { names }, undefined, /^none$/],
    ["good, by a wildcard", { names: ["*.example.org"] }, undefined, /^none$/],
    [
      "expired",
      { names, notAfter: new Date(Date.now() - HOUR) },
      undefined,
      /^the certificate of mail\.example\.org expired on \w{3} .* GMT$/,
    ],
    [
      "not yet valid",
      { names, notBefore: new Date(Date.now() + HOUR) },
      undefined,
      /^the certificate of mail\.example\.org is not valid before .* GMT \(if that is long past, the clock here is wrong\)$/,
    ],
    [
      "for another name",
      { names },
      "smtp.example.org",
      /^the certificate is for another name than smtp\.example\.org; its names: DNS:mail\.example\.org, DNS:mx\.example\.org$/,
    ],
    [
      "for names only, met by an IP address",
      { names },
      "192.0.2.1",
      /another name than 192\.0\.2\.1; its names: DNS:mail.*; connect to one of them, or name it to TlsParameters\.builder$/,
    ],
    ["a wildcard is for one label", { names: ["*.example.org"] }, "a.b.example.org", /another name/],
    [
      "with only a common name",
      { names: [], subject: "mail.example.org" },
      undefined,
      /^the certificate has only a common name \(mail\.example\.org\), .*: have one issued that names mail\.example\.org as subjectAltName, or use TlsParameters\.pin\(\) with acceptInvalidHostnames\(true\)$/,
    ],
    ["for clients", { names, purpose: "client" }, undefined, /does not verify \(INVALID_PURPOSE\)$/],
  ];
  for (const [flaw, request, name, message] of flaws) {
    it(flaw, async () => assert.match(await refusal(ca.issue(request), name), message));
  }

  it("with its own key", async () => {
    const certificate = await CertificateAuthority.selfSigned({ names });
    assert.match(await refusal(certificate), /is self-signed; TlsParameters\.addRootCertificate can/);
  });

  it("by an authority that nobody knows, whose name is told", async () => {
    const other = await CertificateAuthority.create("Other\u0007Trust");
    const certificate = other.issue({ names });
    assert.match(
      await refusal(certificate),
      /not trusted here \(Other\\07Trust\), or the server leaves out a certificate/,
    );
    const whole = { ...certificate, cert: certificate.cert + other.cert };
    assert.match(await refusal(whole), /not trusted here \(Other\\07Trust\); TlsParameters/);
  });
});
