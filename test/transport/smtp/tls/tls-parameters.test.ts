import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  Credentials,
  SmtpTransport,
  type SmtpTransportBuilder,
  Tls,
  type TlsIdentity,
  TlsParameters,
  type TlsParametersBuilder,
} from "envoi";
import { CertificateAuthority, type IssuedCertificate } from "envoi/testing";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, serve } from "../serve.js";
import { TestServer } from "../test-server.js";

const ca = await CertificateAuthority.shared();
const good = ca.issue();
const misnamed = ca.issue({ names: ["elsewhere.example"] });
const unknown = await CertificateAuthority.selfSigned();

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function keyPin(pem: string): string {
  const spki = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return `sha256/${createHash("sha256").update(spki).digest("base64")}`;
}

/** What comes of sending to a server with a certificate: whether it was verified, or the reason why not. */
async function sending(
  certificate: IssuedCertificate,
  parameters: TlsParametersBuilder,
  more: (builder: SmtpTransportBuilder) => SmtpTransportBuilder = (builder) => builder,
): Promise<boolean | string> {
  await using server = await ScriptedServer.start(async (peer) => {
    await peer.secure(certificate);
    await serve(peer, { AUTH: "235 welcome" }, ["AUTH PLAIN"]);
  });
  await using transport = more(clearTo(server).tls(Tls.Wrapper(parameters.build()))).build();
  try {
    return (await transport.send(mail)).tls?.verified ?? "clear";
  } catch (error) {
    return (error as Error).message;
  }
}

const trusting = () => TlsParameters.builder().addRootCertificate(ca.cert);

describe("TlsParameters.addRootCertificate", () => {
  it("trusts an authority, several in one text or one by one, and the server's own certificate", async () => {
    const other = await CertificateAuthority.create("other");
    const bundle = `# two\n${other.cert}\nand\n${ca.cert}`;
    for (const parameters of [
      trusting(),
      TlsParameters.builder().addRootCertificate(other.cert).addRootCertificate(ca.cert),
      TlsParameters.builder().addRootCertificate(bundle),
      TlsParameters.builder().addRootCertificate(Buffer.from(bundle)),
      TlsParameters.builder().addRootCertificate(new X509Certificate(ca.cert).raw),
      TlsParameters.builder().addRootCertificate(good.cert),
    ])
      assert.equal(await sending(good, parameters), true);
    assert.equal(await sending(unknown, TlsParameters.builder().addRootCertificate(unknown.cert)), true);
    assert.match(
      String(await sending(good, TlsParameters.builder().addRootCertificate(other.cert))),
      /not trusted/,
    );
  });

  it("keeps the authorities of NODE_EXTRA_CA_CERTS", () => {
    const directory = mkdtempSync(join(tmpdir(), "envoi-extra-"));
    try {
      const file = join(directory, "extra.pem");
      writeFileSync(file, ca.cert);
      const program = `
        import { SmtpTransport, Tls, TlsParameters } from "envoi";
        import { CertificateAuthority, TestServer } from "envoi/testing";
        const other = await CertificateAuthority.create();
        await using server = await TestServer.start({ tls: "implicit", certificates: ${JSON.stringify(good)} });
        const parameters = TlsParameters.builder().addRootCertificate(other.cert).build();
        await using transport = SmtpTransport.builder("127.0.0.1").port(server.port).tls(Tls.Wrapper(parameters)).build();
        const { tls } = await transport.send(${JSON.stringify(mail)});
        process.stdout.write(String(tls.verified));
      `;
      const environment = { ...process.env, NODE_EXTRA_CA_CERTS: file };
      const run = (env: NodeJS.ProcessEnv) =>
        execFileSync(
          process.execPath,
          ["--input-type=module", "--eval", program.replaceAll("await using", "const")],
          {
            env,
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
            timeout: 20_000,
          },
        );
      assert.equal(run(environment), "true");
      assert.throws(() => run({ ...environment, NODE_EXTRA_CA_CERTS: "" }));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("refuses an invalid certificate, with its number if there are several", () => {
    const torn = ca.cert.replace(/(.{30})\n-----END/, "\n-----END");
    for (const [given, message] of [
      ["", /expected a certificate in PEM/],
      ["garbage", /in PEM/],
      [good.key, /in PEM/],
      [torn, /certificate cannot be read/],
      [`${ca.cert}${torn}`, /certificate 2 of 2/],
      [`${ca.cert}-----BEGIN CERTIFICATE-----\nAAAA`, /in PEM/],
      [Buffer.from([0x30, 1, 2]), /cannot be read as DER/],
      [undefined, /in PEM or DER, got undefined/],
      [5, /in PEM/],
    ] as const)
      assert.throws(() => TlsParameters.builder().addRootCertificate(given as string), {
        kind: "configuration",
        message,
      });
  });
});

describe("TlsParameters.identity", () => {
  const client = ca.issue({ purpose: "client", subject: "billing" });
  const key = createPrivateKey(client.key);
  const locked = key
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "open sesame" })
    .toString();
  // The older form, which is opened fast.
  const lockedAsBefore = key
    .export({ type: "sec1", format: "pem", cipher: "aes-128-cbc", passphrase: "open sesame" })
    .toString();
  const build = (identity: object) =>
    TlsParameters.builder()
      .identity(identity as TlsIdentity)
      .build();

  it("is presented to a server that asks for it, and the server's answer is reported", async () => {
    await using server = await TestServer.start({
      tls: "implicit",
      clientCertificates: { ca: ca.cert, required: true },
    });
    const to = (parameters: TlsParametersBuilder) =>
      server.builder().tls(Tls.Wrapper(parameters.build())).build();
    const certificate = client.cert;
    await using known = to(trusting().identity({ certificate, key: locked, passphrase: "open sesame" }));
    await known.send(mail);
    assert.equal(server.messages[0]?.session.tls?.clientCertificate?.subject, "CN=billing");
    await using nobody = to(trusting());
    await assert.rejects(nobody.send(mail), {
      kind: "tls",
      delivery: "not-sent",
      message: /requires a client certificate: set TlsParameters\.identity/,
    });
  });

  it("that cannot be used is refused when it is built, with the reason", () => {
    const certificate = client.cert;
    for (const [identity, message] of [
      [{ certificate, key: good.key }, /the key is not that of the certificate/],
      [{ certificate, key: locked }, /the key is encrypted, and there is no passphrase/],
      [{ certificate, key: locked, passphrase: "open" }, /the passphrase does not open the key/],
      [{ certificate, key: "garbage" }, /the key is not a private key in PEM/],
      [{ certificate: "garbage", key: client.key }, /expected a certificate in PEM/],
      [{ certificate: client.key, key: certificate }, /expected a certificate in PEM/],
      [{ certificate }, /identity\.key: expected .*, got undefined/],
      [{ certificate, key: client.key, passphrase: 5 }, /identity\.passphrase: expected a string/],
      [{ certificate, key: client.key, password: "x" }, /password/],
      [null, /^identity: expected an object, got null/],
    ] as const)
      assert.throws(() => build(identity as object), { kind: "configuration", message });
    // Among so many, one opens the key to something that is no key.
    for (let tries = 0; tries < 600; tries++)
      assert.throws(() => build({ certificate, key: lockedAsBefore, passphrase: `open ${tries}` }), {
        message: /the passphrase does not open the key/,
      });
    build({ certificate, key: client.key });
  });
});

describe("TlsParameters.minVersion", () => {
  it("keeps the configured versions", async () => {
    await using server = await TestServer.start({ tls: "implicit" });
    const to = (parameters: TlsParametersBuilder) =>
      server.builder().tls(Tls.Wrapper(parameters.build())).build();
    await using transport = to(trusting().minVersion("TLSv1.3"));
    assert.equal((await transport.send(mail)).tls?.protocol, "TLSv1.3");
    await using old = await ScriptedServer.start(async (peer) => {
      await peer.secure({ ...good, maxVersion: "TLSv1.2" });
      await serve(peer);
    });
    const parameters = trusting().minVersion("TLSv1.3").build();
    await using strict = clearTo(old).tls(Tls.Wrapper(parameters)).build();
    await assert.rejects(strict.send(mail), {
      kind: "tls",
      message: /no version of TLS that is allowed here/,
    });
  });
});

describe("TlsParameters.builder", () => {
  it("takes the name that the certificate must bear: a domain in any script, or an IP address", async () => {
    const international = ca.issue({ names: ["xn--bcher-kva.example"] });
    assert.equal(
      await sending(international, TlsParameters.builder("Bücher.example").addRootCertificate(ca.cert)),
      true,
    );
    const addressed = ca.issue({ names: ["192.0.2.1", "2001:db8::1"] });
    for (const address of ["192.0.2.1", "2001:db8::1", "[2001:DB8:0::1]"])
      assert.equal(
        await sending(addressed, TlsParameters.builder(address).addRootCertificate(ca.cert)),
        true,
      );
    const other = await sending(addressed, TlsParameters.builder("192.0.2.2").addRootCertificate(ca.cert));
    assert.match(String(other), /another name than 192\.0\.2\.2; its names: IP Address:192\.0\.2\.1/);
    for (const wrong of ["", "a b", "a:25", "https://x", 5])
      assert.throws(() => TlsParameters.builder(wrong as string));
  });
});

describe("TlsParameters.pin", () => {
  const pins = {
    "of the certificate": fingerprint(good.cert),
    "of the certificate, as openssl prints it": `sha256 Fingerprint=${fingerprint(good.cert)}`,
    "of the certificate, without colons": fingerprint(good.cert).replaceAll(":", "").toLowerCase(),
    "of the key": keyPin(good.cert),
    "of the key, as curl takes it": keyPin(good.cert).replace("/", "//"),
  };
  for (const [what, pin] of Object.entries(pins)) {
    it(`${what} accepts its server, and no other trusted one`, async () => {
      assert.equal(await sending(good, trusting().pin(pin)), true);
      assert.equal(await sending(good, trusting().pin(keyPin(unknown.cert)).pin(pin)), true);
      const other = ca.issue();
      const refusal = String(await sending(other, trusting().pin(pin)));
      assert.match(refusal, /not the one that was pinned/);
      assert.ok(refusal.includes(fingerprint(other.cert)) && refusal.includes(keyPin(other.cert)));
    });
  }

  it("is verified in addition to everything else", async () => {
    const pinned = TlsParameters.builder().pin(fingerprint(unknown.cert));
    assert.match(String(await sending(unknown, pinned)), /is self-signed/);
    assert.match(String(await sending(misnamed, trusting().pin(keyPin(misnamed.cert)))), /another name/);
  });

  it("verifies the server if errors of its certificate are accepted", async () => {
    const credentials = (builder: SmtpTransportBuilder) =>
      builder.credentials(Credentials.password("jo", "x"));
    const open = () => TlsParameters.builder().acceptInvalidCertificates(true);
    assert.equal(await sending(unknown, open().pin(fingerprint(unknown.cert)), credentials), true);
    assert.equal(
      await sending(misnamed, trusting().acceptInvalidHostnames(true).pin(keyPin(misnamed.cert))),
      true,
    );
    assert.match(
      String(await sending(unknown, open().pin(keyPin(good.cert)))),
      /not the one that was pinned/,
    );
  });

  it("that does not match continues unverified under Opportunistic", async () => {
    await using server = await TestServer.start({ tls: "starttls", certificates: good });
    const parameters = trusting().pin(keyPin(unknown.cert)).build();
    await using transport = SmtpTransport.builder("127.0.0.1")
      .port(server.port)
      .tls(Tls.Opportunistic(parameters))
      .build();
    assert.equal((await transport.send(mail)).tls?.verified, false);
  });

  it("is refused if it is not valid", () => {
    const hex = fingerprint(good.cert);
    for (const wrong of [
      "",
      hex.slice(3),
      `${hex}:00`,
      "sha256/AAAA",
      "sha1/AAAA",
      hex.replace(/^./, "g"),
      5,
      null,
    ])
      assert.throws(() => TlsParameters.builder().pin(wrong as string), {
        kind: "configuration",
        message: /expected a SHA-256/,
      });
  });
});

describe("the switches of TlsParameters that accept everything", () => {
  const expired = ca.issue({ notAfter: new Date(0) });

  it("accept every certificate, or every name, and report it as unverified", async () => {
    const anything = () => TlsParameters.builder().acceptInvalidCertificates(true);
    for (const certificate of [unknown, misnamed, expired])
      assert.equal(await sending(certificate, anything()), false);
    assert.equal(await sending(good, trusting().acceptInvalidCertificates(true)), true);
    const anyName = () => trusting().acceptInvalidHostnames(true);
    assert.equal(await sending(misnamed, anyName()), false);
    assert.match(String(await sending(expired, anyName())), /expired/);
    assert.match(String(await sending(unknown, anyName())), /is self-signed/);
    assert.equal(await sending(unknown, anyName().acceptInvalidCertificates(true)), false);
  });

  it("can be turned off", async () => {
    const never = TlsParameters.builder().acceptInvalidCertificates(true).acceptInvalidCertificates(false);
    assert.match(String(await sending(unknown, never)), /is self-signed/);
    for (const wrong of [undefined, "true", 1])
      for (const method of ["acceptInvalidCertificates", "acceptInvalidHostnames"] as const)
        assert.throws(() => TlsParameters.builder()[method](wrong as unknown as boolean), {
          kind: "configuration",
        });
  });
});

describe("Tls.Required(), .Opportunistic() and .Wrapper()", () => {
  it("refuse at once anything but TlsParameters", () => {
    for (const mode of [Tls.Required, Tls.Opportunistic, Tls.Wrapper])
      for (const wrong of [{}, null, "mail.example.org", TlsParameters.builder()])
        assert.throws(() => mode(wrong as unknown as TlsParameters), {
          kind: "configuration",
          message: /TlsParameters\.builder\(\) makes them/,
        });
  });
});
