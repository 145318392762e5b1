import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SmtpServer } from "envoi/server";
import { CertificateAuthority, TestServer } from "envoi/testing";

const ca = await CertificateAuthority.create();
const certificates = ca.issue();
const data = (): void => {};

/** Options that cannot be meant, and what is said to them: each kind of option by each kind of mistake. */
const refused: readonly (readonly [options: object, message: RegExp])[] = [
  [{ port: "25" }, /^server: port: "25" is not a whole number from 0 to 65535$/],
  [{ port: 65_536 }, /^server: port: 65536 is not a whole number from 0 to 65535$/],
  [{ port: null }, /^server: port: null is not a whole number/],
  [{ host: 25 }, /^server: host: 25 is no text, or empty$/],
  [{ host: "" }, /^server: host: "" is no text, or empty$/],
  [{ hostname: ["mx"] }, /^server: hostname: an array is no text/],
  [{ tls: true }, /^server: tls: true is none of "none", "starttls", "implicit"$/],
  [{ lmtp: "yes" }, /^server: lmtp: "yes" is neither true nor false$/],
  [{ lenient: 1 }, /^server: lenient: 1 is neither true nor false$/],
  [{ received: "no" }, /^server: received: /],
  [{ requireTls: "false", certificates }, /^server: requireTls: "false" is neither/],
  [{ allowPlaintextCredentials: "no" }, /^server: allowPlaintextCredentials: "no" is neither/],
  [{ maxMessageSize: "25MB" }, /^server: maxMessageSize: "25MB" is not a whole number of at least 0$/],
  [{ maxMessageSize: 0.5 }, /^server: maxMessageSize: 0.5 is not/],
  [{ maxRecipients: 0 }, /^server: maxRecipients: 0 is not a whole number of at least 1$/],
  [{ maxConnections: Number.POSITIVE_INFINITY }, /^server: maxConnections: Infinity is not/],
  [{ greetingDelay: -1 }, /^server: greetingDelay: -1 is not a whole number from 0 to 2147483647$/],
  [{ timeouts: 5000 }, /^server: timeouts: expected an object, got .+$/],
  [{ timeouts: null }, /^server: timeouts: expected an object, got .+$/],
  [{ timeouts: { comand: 5 } }, /^server: timeouts: there is no "comand"; the nearest is command$/],
  [{ timeouts: { command: "5s" } }, /^server: timeouts.command: "5s" is not a whole number from 1 to/],
  [{ timeouts: { session: 3_000_000_000 } }, /^server: timeouts.session: 3000000000 is not/],
  [{ listeners: { port: 25 } }, /^server: listeners: an array of one or more is expected$/],
  [{ listeners: [25] }, /^server: listeners\[0\]: expected an object, got .+$/],
  [{ listeners: [undefined] }, /^server: listeners\[0\]: expected an object, got .+$/],
  [{ listeners: [{}, { port: "465" }] }, /^server: listeners\[1\].port: "465" is not/],
  [{ listeners: [{ prot: 25 }] }, /^server: listeners\[0\]: there is no "prot"; the nearest is port$/],
  [{ listeners: [{ tls: "ssl" }] }, /^server: listeners\[0\].tls: "ssl" is none of/],
  [{ listeners: [{ tls: "starttls" }] }, /^server: listeners\[0\].tls: "starttls" needs certificates$/],
  [{ listeners: [{}], path: "/x" }, /^server: path: belongs into one of the listeners$/],
  [{ path: "/x", port: 25 }, /^server: path: a Unix socket has neither host nor port$/],
  [{ path: `/${"x".repeat(200)}` }, /^server: path: the path of a Unix socket has at most \d+ octets/],
  [{ path: "/x\0y" }, /^server: path: .* no NUL$/],
  [{ path: "/x", tls: "implicit", certificates }, /^server: tls: a Unix socket does not leave/],
  [{ certificates: "cert.pem" }, /^server: certificates: expected an object, got .+$/],
  [{ certificates: { cert: "x" } }, /^server: certificates.key: is PEM/],
  [{ certificates: [certificates, null] }, /^server: certificates\[1\]: expected an object, got .+$/],
  [{ certificates: [{ ...certificates, pem: "" }] }, /^server: certificates\[0\]: there is no "pem"/],
  [{ certificates, tls: "none" }, /^server: certificates: of no use where tls is "none"$/],
  [{ minVersion: "TLSv1.3" }, /^server: minVersion: of no use/],
  [{ minVersion: "TLSv1.1", certificates }, /^server: minVersion: "TLSv1.1" is none of/],
  [{ clientCertificates: { ca: ca.cert, required: true } }, /^server: clientCertificates: of no use/],
  [{ clientCertificates: { ca: 5 }, certificates }, /^server: clientCertificates.ca: is PEM/],
  [
    { clientCertificates: { ca: ca.cert, require: true }, certificates },
    /there is no "require"; .* required$/,
  ],
  [
    { clientCertificates: { ca: ca.cert, required: "yes" }, certificates },
    /clientCertificates.required: "yes"/,
  ],
  [{ mechanisms: "PLAIN", auth: data, certificates }, /^server: mechanisms: "PLAIN" is no array$/],
  [{ mechanisms: ["plain"], auth: data, certificates }, /^server: mechanisms: "plain" is none of PLAIN, /],
  [{ mechanisms: [5], auth: data, certificates }, /^server: mechanisms\[0\]: 5 is no text, or empty$/],
  [{ domains: "y.test", data }, /^server: domains: "y.test" is no array$/],
  [{ domains: ["y.test", 5], data }, /^server: domains\[1\]: 5 is no text, or empty$/],
  [{ extensions: { dsn: true } }, /^server: extensions: there is no "dsn"; the nearest is DSN$/],
  [{ extensions: { DSN: "yes" } }, /^server: extensions.DSN: "yes" is neither true nor false$/],
  [{ extensions: { FUTURERELEASE: 0 } }, /^server: extensions.FUTURERELEASE: 0 is not/],
  [{ extensions: { "MT-PRIORITY": "X" } }, /^server: extensions.MT-PRIORITY: "X" is none of "", "MIXER"/],
  [{ recipient: "accept", data }, /^server: recipient: is a function$/],
  [{ state: {} }, /^server: state: is a function$/],
  [[], /^server: expected an object, got .+$/],
];

describe("SmtpServer: an option that cannot be meant", () => {
  for (const [options, message] of refused) {
    it(`is refused by its name: ${message.source}`, async () => {
      await assert.rejects(SmtpServer.listen(options as never), { kind: "configuration", message });
    });
  }

  it("is refused where there are none at all", async () => {
    for (const options of [null, "25", 25])
      await assert.rejects(SmtpServer.listen(options as never), { kind: "configuration" });
  });

  it("is refused by close as well", async () => {
    await using server = await SmtpServer.listen();
    for (const options of [{ grace: "5" }, { grace: -1 }, { graec: 1 }, null])
      assert.throws(() => void server.close(options as never), { kind: "configuration" });
  });
});

describe("TestServer: an option that cannot be meant", () => {
  const wrong: readonly (readonly [options: object, message: RegExp])[] = [
    [{ tls: "TLS" }, /^server: tls: "TLS" is none of/],
    [{ port: "25" }, /^server: port: "25" is not/],
    [{ users: ["jo"] }, /^server: users: expected an object, got .+$/],
    [{ users: { jo: 5 } }, /^server: users.jo: 5 is no text, or empty$/],
    [{ users: { "": "x" } }, /^server: users: a name is empty$/],
    [{ without: "PIPELINING" }, /^server: without: "PIPELINING" is no array$/],
    [{ without: ["PIPELINE"] }, /^server: without: there is no "PIPELINE"; the nearest is PIPELINING$/],
    [{ certificate: "old", tls: "starttls" }, /^server: certificate: "old" is none of "expired", /],
    [{ certificate: "expired" }, /^server: certificate: of no use where tls is "none"$/],
    [{ ca: "PEM", tls: "starttls" }, /^server: ca: is a CertificateAuthority$/],
    [{ keepAlive: "yes" }, /^server: keepAlive: "yes" is neither/],
    [{ keep: { messages: -1 } }, /^server: keep.messages: -1 is not a whole number of at least 0$/],
    [{ keep: null }, /^server: keep: expected an object, got .+$/],
  ];
  for (const [options, message] of wrong) {
    it(`is refused by its name: ${message.source}`, async () => {
      await assert.rejects(TestServer.start(options as never), { kind: "configuration", message });
    });
  }

  it("is refused by what waits, and by what issues certificates", async () => {
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
