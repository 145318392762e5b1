import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SmtpServer } from "envoi/server";
import { CertificateAuthority, TestServer } from "envoi/testing";

const ca = await CertificateAuthority.create();
const certificates = ca.issue();
const data = (): void => {};

/** Options that are not valid, and the errors: each kind of option with each kind of mistake. */
const refused: readonly (readonly [options: object, message: RegExp])[] = [
  [{ port: "25" }, /^port: expected a whole number from 0 to 65535, got a string$/],
  [{ port: 65_536 }, /^port: expected a whole number from 0 to 65535, got 65536$/],
  [{ port: null }, /^port: expected a whole number .*, got null$/],
  [{ host: 25 }, /^host: expected a string that is not empty, got 25$/],
  [{ host: "" }, /^host: expected a string that is not empty, got an empty string$/],
  [{ hostname: ["mx"] }, /^hostname: expected a domain, got an array$/],
  [{ tls: true }, /^tls: expected "none", "starttls" or "implicit", got true$/],
  [{ lmtp: "yes" }, /^lmtp: expected true or false, got a string$/],
  [{ lenient: 1 }, /^lenient: expected true or false, got 1$/],
  [{ received: "no" }, /^received: /],
  [{ requireTls: "false", certificates }, /^requireTls: expected true or false/],
  [{ requireTls: true }, /^requireTls: cannot be used with tls "none"/],
  [{ requireTls: true, path: "/tmp/x" }, /^requireTls: cannot be used with tls "none"/],
  [{ listeners: [{}, { requireTls: true, tls: "none" }] }, /^listeners\[1\].requireTls: cannot be used with/],
  [
    { listeners: [{ tls: "none" }], requireTls: true, certificates },
    /^listeners\[0\].requireTls: .* set its requireTls to false$/,
  ],
  [{ requireAuth: "yes" }, /^requireAuth: expected true or false, got a string$/],
  [{ requireAuth: true, certificates }, /^requireAuth: needs the hook auth/],
  [{ listeners: [{}, { requireAuth: true }] }, /^listeners\[1\].requireAuth: needs the hook auth/],
  [
    { listeners: [{}, { tls: "none" }], requireAuth: true, auth: data, certificates },
    /^listeners\[1\].requireAuth: no client can authenticate with tls "none"/,
  ],
  [
    { listeners: [{ requireAuth: true }], auth: data, certificates, mechanisms: ["EXTERNAL"] },
    /^listeners\[0\].requireAuth: no client can use any of the mechanisms on this listener/,
  ],
  [{ auth: data, certificates, mechanisms: ["EXTERNAL"] }, /^mechanisms: no client can use any of them/],
  [
    { auth: data, allowPlaintextCredentials: true, mechanisms: ["SCRAM-SHA-256-PLUS", "EXTERNAL"] },
    /^mechanisms: no client can use any of them/,
  ],
  [{ allowPlaintextCredentials: "no" }, /^allowPlaintextCredentials: expected true or false/],
  [{ maxMessageSize: "25MB" }, /^maxMessageSize: expected a whole number of at least 0, got a string$/],
  [{ maxMessageSize: 0.5 }, /^maxMessageSize: expected .*, got 0.5$/],
  [{ maxRecipients: 0 }, /^maxRecipients: expected a whole number of at least 1, got 0$/],
  [{ maxConnections: Number.POSITIVE_INFINITY }, /^maxConnections: expected .*, got Infinity$/],
  [{ greetingDelay: -1 }, /^greetingDelay: expected .* milliseconds from 0 to 2147483647, got -1$/],
  [{ timeouts: 5000 }, /^timeouts: expected an object, got 5000$/],
  [{ timeouts: null }, /^timeouts: expected an object, got null$/],
  [{ timeouts: { comand: 5 } }, /^timeouts: there is no "comand"; the nearest is command$/],
  [{ timeouts: { command: "5s" } }, /^timeouts.command: expected .*, got a string$/],
  [{ timeouts: { session: 3_000_000_000 } }, /^timeouts.session: expected .*, got 3000000000$/],
  [{ listeners: { port: 25 } }, /^listeners: expected an array, got an object$/],
  [{ certificates: [] }, /^certificates: expected at least one certificate, got an empty array$/],
  [{ listeners: [] }, /^listeners: expected at least one listener, got an empty array$/],
  [{ listeners: [25] }, /^listeners\[0\]: expected an object, got 25$/],
  [{ listeners: [undefined] }, /^listeners\[0\]: expected an object, got undefined$/],
  [{ listeners: [{}, { port: "465" }] }, /^listeners\[1\].port: expected .*, got a string$/],
  [{ listeners: [{ prot: 25 }] }, /^listeners\[0\]: there is no "prot"; the nearest is port$/],
  [{ listeners: [{ tls: "ssl" }] }, /^listeners\[0\].tls: expected .*, got "ssl"$/],
  [{ listeners: [{ tls: "starttls" }] }, /^listeners\[0\].tls: "starttls" needs certificates\. /],
  [{ listeners: [{}], path: "/x" }, /^path: cannot be used with listeners\. Move it/],
  [{ path: "/x", port: 25 }, /^path: cannot be used with host or port/],
  [{ path: `/${"x".repeat(200)}` }, /^path: expected a path of at most \d+ bytes, got 201 bytes$/],
  [{ path: "/x\0y" }, /^path: expected a path without NUL/],
  [{ path: "/x", tls: "implicit", certificates }, /^tls: a Unix socket does not leave/],
  [{ certificates: "cert.pem" }, /^certificates: expected an object, got a string$/],
  [
    { certificates: { cert: "x" } },
    /^certificates.key: expected PEM as a string or a Buffer, got undefined$/,
  ],
  [
    { certificates: { key: 5, cert: "x" } },
    /^certificates.key: expected PEM as a string or a Buffer, got 5$/,
  ],
  [{ certificates: [certificates, null] }, /^certificates\[1\]: expected an object, got null$/],
  [{ certificates: [{ ...certificates, pem: "" }] }, /^certificates\[0\]: there is no "pem"/],
  [{ certificates, tls: "none" }, /^certificates: cannot be used with tls "none"\. Leave one of them out$/],
  [{ minVersion: "TLSv1.3" }, /^minVersion: cannot be used with tls "none"/],
  [{ minVersion: "TLSv1.1", certificates }, /^minVersion: expected "TLSv1.2" or "TLSv1.3", got "TLSv1.1"$/],
  [{ clientCertificates: { ca: ca.cert, required: true } }, /^clientCertificates: cannot be used with tls/],
  [{ clientCertificates: { ca: 5 }, certificates }, /^clientCertificates.ca: expected PEM/],
  [
    { clientCertificates: { ca: [] }, certificates },
    /^clientCertificates.ca: expected PEM .*, got an empty array/,
  ],
  [
    { clientCertificates: { required: true }, certificates },
    /^clientCertificates.ca: expected PEM .*, got undef/,
  ],
  [
    { clientCertificates: { ca: ca.cert, require: true }, certificates },
    /there is no "require"; .* required$/,
  ],
  [
    { clientCertificates: { ca: ca.cert, required: "yes" }, certificates },
    /^clientCertificates.required: expected true or false/,
  ],
  [{ mechanisms: "PLAIN", auth: data, certificates }, /^mechanisms: expected an array, got a string$/],
  [
    { mechanisms: ["plain"], auth: data, certificates },
    /^mechanisms\[0\]: expected "PLAIN", .*, got "plain"$/,
  ],
  [{ mechanisms: [5], auth: data, certificates }, /^mechanisms\[0\]: expected .*, got 5$/],
  [
    { mechanisms: [], auth: data, certificates },
    /^mechanisms: expected at least one mechanism, got an empty/,
  ],
  [{ domains: "y.test", data }, /^domains: expected an array, got a string$/],
  [{ domains: ["y.test", 5], data }, /^domains\[1\]: expected a domain, got 5$/],
  [{ extensions: { dsn: true } }, /^extensions: there is no "dsn"; the nearest is DSN$/],
  [{ extensions: { DSN: "yes" } }, /^extensions.DSN: expected true or false, got a string$/],
  [{ extensions: { FUTURERELEASE: 0 } }, /^extensions.FUTURERELEASE: expected .*, got 0$/],
  [{ extensions: { "MT-PRIORITY": "X" } }, /^extensions.MT-PRIORITY: expected "", "MIXER", .*, got "X"$/],
  [{ recipient: "accept", data }, /^recipient: expected a function, got a string$/],
  [{ state: {} }, /^state: expected a function, got an object$/],
  [[], /^options: expected an object, got an empty array$/],
];

describe("SmtpServer.listen", () => {
  for (const [options, message] of refused) {
    it(`refuses an option with ${message.source}`, async () => {
      await assert.rejects(SmtpServer.listen(options as never), { kind: "configuration", message });
    });
  }

  it("refuses options that are not an object", async () => {
    for (const options of [null, "25", 25])
      await assert.rejects(SmtpServer.listen(options as never), { kind: "configuration" });
  });

  it("refuses options of close", async () => {
    await using server = await SmtpServer.listen();
    for (const options of [{ grace: "5" }, { grace: -1 }, { graec: 1 }, null])
      assert.throws(() => void server.close(options as never), { kind: "configuration" });
  });
});

describe("TestServer", () => {
  const wrong: readonly (readonly [options: object, message: RegExp])[] = [
    [{ tls: "TLS" }, /^tls: expected "none", "starttls" or "implicit", got "TLS"$/],
    [{ port: "25" }, /^port: expected /],
    [{ users: ["jo"] }, /^users: expected an object, got an array$/],
    [{ users: { jo: 5 } }, /^users.jo: expected a string that is not empty, got 5$/],
    [{ users: { "": "x" } }, /^users: expected names that are not empty, got an empty name$/],
    [{ without: "PIPELINING" }, /^without: expected an array, got a string$/],
    [{ without: ["PIPELINE"] }, /^without\[0\]: expected .*"PIPELINING".*, got "PIPELINE"$/],
    [{ certificate: "old", tls: "starttls" }, /^certificate: expected "expired", .*, got "old"$/],
    [{ certificate: "expired" }, /^certificate: cannot be used with tls "none"/],
    [{ ca: "PEM", tls: "starttls" }, /^ca: expected a CertificateAuthority, got a string$/],
    [{ keepAlive: "yes" }, /^keepAlive: expected true or false/],
    [{ keep: { messages: -1 } }, /^keep.messages: expected a whole number of at least 0, got -1$/],
    [{ keep: null }, /^keep: expected an object, got null$/],
    [{ prot: 25 }, /^options: there is no "prot"; the nearest is port$/],
  ];
  for (const [options, message] of wrong) {
    it(`refuses an option with ${message.source}`, async () => {
      await assert.rejects(TestServer.start(options as never), { kind: "configuration", message });
    });
  }

  it("refuses options of its waits and of certificates", async () => {
    await using server = await TestServer.start();
    const inbox = server.inbox("a@y.test");
    const calls: (() => unknown)[] = [
      () => server.waitForMessage({ subjekt: "x" } as never),
      () => server.waitForMessage("jo@y.test" as never),
      () => server.waitForMessage({ to: 5 } as never),
      () => server.waitForMessage({}, { timout: 5 } as never),
      () => server.waitForMessage({}, { timeout: "5" } as never),
      () => server.waitForMessages("2" as never),
      () => server.expectNoMessage("5" as never),
      () => inbox.waitForMessages(1, { form: "x" } as never),
      () => ca.issue({ name: "x" } as never),
      () => ca.issue({ names: "x" } as never),
      () => ca.issue({ notAfter: 5 } as never),
      () => ca.issue({ purpose: "both" } as never),
      () => CertificateAuthority.selfSigned({ until: new Date() } as never),
      () => CertificateAuthority.create(5 as never),
    ];
    for (const call of calls)
      await assert.rejects(async () => await call(), { kind: "configuration" }, call.toString());
  });
});
