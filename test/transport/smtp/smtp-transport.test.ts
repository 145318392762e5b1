import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import {
  AddressError,
  Credentials,
  type EnvoiError,
  SmtpTransport,
  Tls,
  type TlsIdentity,
  TlsParameters,
} from "envoi";
import { CertificateAuthority } from "envoi/testing";

const ca = await CertificateAuthority.shared();

/** JavaScript takes what TypeScript does not. */
type Loose = Record<string, (...values: unknown[]) => unknown>;

function refuses(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error: EnvoiError) => {
    assert.ok(error.kind === "configuration" || error instanceof AddressError, `${error}`);
    assert.equal(error.delivery, "not-sent");
    assert.equal(error.permanent, true);
    assert.match(error.message, message);
    return true;
  });
}

describe("the builder of a transport", () => {
  const wrong: [string, unknown[], RegExp][] = [
    ...[0, -1, 65_536, 1.5, Number.NaN, "25", null, undefined].map((port): [string, unknown[], RegExp] => [
      "port",
      [port],
      /port: expected a number from 1 to 65535/,
    ]),
    ...[undefined, null, "required", {}, { mode: "constructor" }, { mode: "ssl" }].map(
      (tls): [string, unknown[], RegExp] => ["tls", [tls], /tls: expected Tls\.None/],
    ),
    ["tls", [{ mode: "required", parameters: { ca: "x" } }], /tls\.parameters: expected TlsParameters/],
    ...[undefined, null, "secret", { user: "u", password: "secret" }].map(
      (credentials): [string, unknown[], RegExp] => [
        "credentials",
        [credentials],
        /expected Credentials\.password/,
      ],
    ),
    ...[undefined, null, [], "NTLM", ["PLAIN", "NTLM"], 5].map((mechanism): [string, unknown[], RegExp] => [
      "authentication",
      [mechanism],
      /expected one or more of SCRAM-SHA-256-PLUS/,
    ]),
    ...["a b", "", "a\r\nMAIL FROM:<x>", "a\0b", "-a.test", "a..b", "[1.2.3]", "<a>", null, undefined, 5].map(
      (name): [string, unknown[], RegExp] => ["helloName", [name], /helloName/],
    ),
    ...["no", 0, null, undefined].map((flag): [string, unknown[], RegExp] => [
      "smtpUtf8",
      [flag],
      /true or false/,
    ]),
    ...["on", true, null, undefined].map((flag): [string, unknown[], RegExp] => [
      "pipelining",
      [flag],
      /"off", "auto" or "window"/,
    ]),
    ...["on", true, null, undefined].map((flag): [string, unknown[], RegExp] => [
      "chunking",
      [flag],
      /"never" or "auto"/,
    ]),
    ...[
      0,
      -1,
      Number.NaN,
      "5",
      null,
      undefined,
      { conect: 5 },
      { connect: 0 },
      { connect: "5" },
      { toString: 5 },
    ].map((timeout): [string, unknown[], RegExp] => ["timeout", [timeout], /timeout(\.connect)?: /]),
    ...[0, -1, Number.NaN, "5", null, undefined].map((ms): [string, unknown[], RegExp] => [
      "deadline",
      [ms],
      /deadline: /,
    ]),
    ...[
      { maxSize: 0 },
      { maxSize: 1.5 },
      { maxSize: "5" },
      { idleTimeout: 0 },
      { maxInFlight: 0 },
      { maxInFlight: "16" },
      { idleTimeout: "x" },
      { max: 5 },
      { minIdle: -1 },
      { maxSize: 2, minIdle: 3 },
      { maxMessagesPerConnection: 0 },
      { maxMessagesPerConnection: 1.5 },
      { maxLifetime: 0 },
      { maxLifetime: Number.NaN },
      { maxQueue: -1 },
      { maxQueue: "10" },
      { rate: 5 },
      { rate: null },
      { rate: { messages: 5 } },
      { rate: { messages: 0, interval: 1000 } },
      { rate: { messages: 5, interval: 0 } },
      { rate: { messages: 5, interval: Number.POSITIVE_INFINITY } },
      { rate: { messages: Number.POSITIVE_INFINITY, interval: 1000 } },
      { rate: [{ messages: 5, interval: 1000, per: "second" }] },
      null,
      undefined,
      true,
      5,
    ].map((pool): [string, unknown[], RegExp] => ["pool", [pool], /pool(\.[a-zA-Z]+)*(\[0\])?: /]),
  ];
  for (const [method, values, message] of wrong) {
    it(`refuses ${method}(${inspect(values[0], { breakLength: Number.POSITIVE_INFINITY })})`, () => {
      const builder = SmtpTransport.builder("mail.example.org");
      refuses(() => (builder as unknown as Loose)[method]?.(...values), message);
    });
  }

  it("refuses invalid hosts", () => {
    for (const host of [
      "",
      "a b",
      "a\r\nb",
      "http://x",
      "user@host",
      "host:25",
      "[::1",
      "1.2.3",
      null,
      undefined,
      5,
    ]) {
      refuses(() => SmtpTransport.builder(host as string), /host/);
    }
  });

  it("takes names in any script, and addresses with or without brackets", () => {
    for (const host of [
      "mail.example.org",
      "Bücher.example",
      "localhost",
      "127.0.0.1",
      "::1",
      "[::1]",
      "[IPv6:::1]",
    ]) {
      SmtpTransport.builder(host);
    }
  });

  it("builds once, and says how to build two", () => {
    const builder = SmtpTransport.builder("mail.example.org").tls(Tls.None);
    const fork = builder.clone();
    builder.build();
    const methods: Loose = builder as unknown as Loose;
    const calls: [string, unknown][] = [
      ["build", undefined],
      ["port", 25],
      ["tls", Tls.None],
      ["credentials", Credentials.password("u", "p")],
      ["authentication", "PLAIN"],
      ["allowPlaintextCredentials", undefined],
      ["helloName", "a.test"],
      ["smtpUtf8", true],
      ["pipelining", "off"],
      ["timeout", 5],
      ["deadline", 5],
      ["pool", {}],
    ];
    for (const [method, value] of calls) refuses(() => methods[method]?.(value), /clone\(\)/);
    fork.port(2525).build();
  });
});

describe("the builder of TLS parameters", () => {
  it("refuses an invalid certificate, identity, version and domain", () => {
    const identity = ca.issue();
    const loose = () => TlsParameters.builder() as unknown as Loose;
    for (const pem of ["", "x", null, undefined, identity.key, 5]) {
      refuses(
        () => loose()["addRootCertificate"]?.(pem),
        /addRootCertificate: expected a certificate in PEM/,
      );
    }
    for (const value of [
      null,
      undefined,
      {},
      { certificate: identity.cert },
      { certificate: "x", key: "y" },
    ]) {
      refuses(() => {
        const builder = TlsParameters.builder().identity(value as unknown as TlsIdentity);
        builder.build();
      }, /identity(\.[a-z]+)?: /);
    }
    refuses(
      () => TlsParameters.builder().identity({ certificate: identity.cert, key: ca.issue().key }).build(),
      /identity: the key is not that of the certificate/,
    );
    for (const version of ["TLSv1", "TLSv1.1", 1.2, null, undefined]) {
      refuses(() => loose()["minVersion"]?.(version), /minVersion: expected/);
    }
    assert.throws(() => TlsParameters.builder("a b"));
  });

  it("builds once", () => {
    const builder = TlsParameters.builder();
    const fork = builder.clone();
    builder.build();
    refuses(() => builder.build(), /clone\(\)/);
    refuses(() => builder.minVersion("TLSv1.3"), /clone\(\)/);
    refuses(() => builder.addRootCertificate(ca.cert), /clone\(\)/);
    fork.addRootCertificate(ca.cert).build();
  });
});

describe("credentials", () => {
  it("refuse characters that would change what a mechanism sends", () => {
    for (const [user, secret] of [
      ["", "p"],
      ["u", ""],
      ["u\0", "p"],
      ["u", "p\0q"],
      ["u\r\n", "p"],
      ["u", "p\n"],
      ["u", "p\x01"],
      ["u", "\ud800"],
      [null, "p"],
      ["u", undefined],
      ["u", 5],
    ]) {
      refuses(() => Credentials.password(user as string, secret as string), /^(user|password): /);
      refuses(() => Credentials.token(user as string, secret as string), /^(user|token): /);
    }
  });
});

describe("secrets", () => {
  it("are in no output of credentials, builders and transports", () => {
    const identity = ca.issue({ purpose: "client" });
    const parameters = TlsParameters.builder()
      .identity({ certificate: identity.cert, key: identity.key })
      .build();
    for (const credentials of [Credentials.password("shop", "s3cret"), Credentials.token("shop", "s3cret")]) {
      const builder = SmtpTransport.builder("mail.example.org")
        .credentials(credentials)
        .tls(Tls.Wrapper(parameters));
      const transport = builder.clone().build();
      for (const value of [credentials, builder, transport, parameters]) {
        for (const shown of [
          inspect(value, { depth: 99, showHidden: true, getters: true }),
          JSON.stringify(value),
          String(value),
        ]) {
          assert.doesNotMatch(shown ?? "", /s3cret|PRIVATE KEY/);
        }
      }
    }
  });

  it("are in no error about a URL", () => {
    for (const url of [
      "smtps://u:s3cret@",
      "smtps://u:s3cret@host?x=s3cret%",
      "smtp//u:s3cret@host",
      "smtps://u:s3cret%0a@host",
      "smtps://u:s3cret@a b",
      "http://u:s3cret@host",
    ]) {
      assert.throws(
        () => SmtpTransport.fromUrl(url),
        (error: Error) => !/s3cret/.test(`${inspect(error, { depth: 9 })}`),
      );
    }
  });
});

describe("options of a send", () => {
  it("are refused if their name is unknown", async () => {
    await using transport = SmtpTransport.unencryptedLocalhost();
    const mail = { from: "a@x.test", to: "b@y.test", text: "x" };
    const misspelt = { sginal: 1 } as never;
    await assert.rejects(transport.send(mail, misspelt), { kind: "configuration", message: /sginal/ });
    await assert.rejects(transport.send(mail, null as never), { kind: "configuration" });
    await assert.rejects(transport.sendRaw({ from: null, to: ["b@y.test"] }, Buffer.of(), misspelt), {
      kind: "configuration",
    });
    await assert.rejects(transport.close({ froce: true } as never), { kind: "configuration" });
  });
});

describe("allowPlaintextCredentials", () => {
  it("takes true or false", () => {
    const builder = () => SmtpTransport.builderDangerous("mail.x.test");
    builder().allowPlaintextCredentials(false).build();
    assert.throws(() => builder().allowPlaintextCredentials("no" as never), { kind: "configuration" });
  });
});
