import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CertificateAuthority, TestServer, type TestServerOptions } from "envoi/testing";
import type { CheckZone } from "#src/cli/dns/zone-dns.js";
import { check, checkZone, file, rawServer, scripted } from "./check.ts";

/** A set-up that is broken, and the code that a check must name first. */
interface Setup {
  readonly name: string;
  readonly first: string;
  /** What the first sentence must say. */
  readonly says: RegExp;
  /** Starts it and checks it. */
  readonly run: (context: TestContext) => ReturnType<typeof check>;
}

/** Checks a TestServer by its URL, with its authority trusted. */
async function checkServer(
  context: TestContext,
  options: TestServerOptions,
  prepare: (server: TestServer) => void = () => {},
  flags: readonly string[] = [],
  url: (server: TestServer) => string = (server) => server.url.replace(/:[^:@/]*@/, "@"),
): ReturnType<typeof check> {
  const server = await TestServer.start(options);
  context.after(() => server.close());
  prepare(server);
  const ca = server.ca === "" ? [] : ["--ca", file(context, "ca.pem", server.ca)];
  return check(url(server), [...ca, "--timeout", "3s", ...flags], { ENVOI_PASSWORD: "secret" });
}

const healthyDns = {
  MX: [[10, "mx.broken.test"]],
  TXT: ["v=spf1 mx -all"],
} as const;

/** A zone of broken.test in which only what is given is broken. */
function zone(changes: CheckZone): CheckZone {
  return {
    "broken.test": healthyDns,
    "mx.broken.test": { A: "127.0.0.1" },
    "_dmarc.broken.test": { TXT: ["v=DMARC1; p=reject"] },
    ...changes,
  };
}

const setups: readonly Setup[] = [
  {
    name: "a closed port",
    first: "connection-refused",
    says: /nothing listens/i,
    run: async () => {
      const server = await TestServer.start();
      await server.close();
      return check(`smtp://127.0.0.1:${server.port}`);
    },
  },
  {
    name: "TLS on a port for plaintext",
    first: "port-speaks-tls",
    says: /speaks TLS from the first byte/,
    run: (context) =>
      checkServer(context, { tls: "implicit" }, undefined, [], ({ port }) => `smtp://127.0.0.1:${port}`),
  },
  {
    name: "plaintext on a port for TLS",
    first: "port-without-tls",
    says: /does not speak TLS/,
    run: (context) => checkServer(context, {}, undefined, [], ({ port }) => `smtps://127.0.0.1:${port}`),
  },
  {
    name: "an expired certificate",
    first: "certificate-expired",
    says: /expired on 1971-01-01/,
    run: (context) => checkServer(context, { tls: "starttls", certificate: "expired" }),
  },
  {
    name: "a self-signed certificate",
    first: "certificate-self-signed",
    says: /self-signed/,
    run: (context) => checkServer(context, { tls: "implicit", certificate: "self-signed" }),
  },
  {
    name: "a certificate for another name",
    first: "certificate-name",
    says: /not for 127\.0\.0\.1: it is for elsewhere\.example/,
    run: (context) => checkServer(context, { tls: "starttls", certificate: "wrong-name" }),
  },
  {
    name: "a missing intermediate certificate",
    first: "certificate-missing-intermediate",
    says: /intermediate/,
    run: (context) => checkServer(context, { tls: "starttls", certificate: "missing-intermediate" }),
  },
  {
    name: "a weak key",
    first: "certificate-key-weak",
    says: /RSA with 768 bits/,
    run: (context) => checkServer(context, { tls: "starttls", certificate: "weak-key" }),
  },
  {
    name: "TLS 1.0 only",
    first: "tls-too-old",
    says: /no TLS newer than TLS 1/,
    run: (context) =>
      checkServer(context, { tls: "starttls" }, (server) =>
        server.fail({ at: "tls", tls: { maxVersion: "TLSv1" } }),
      ),
  },
  {
    name: "STARTTLS taken out on the way",
    first: "starttls-stripped",
    says: /STARTTLS is missing/,
    run: (context) =>
      checkServer(context, { tls: "starttls" }, (server) =>
        server.fail({ at: "ehlo", when: { secure: false }, conceal: ["STARTTLS"] }),
      ),
  },
  {
    name: "EHLO overwritten with X's",
    first: "smtp-rewritten",
    says: /rewrites SMTP/,
    run: async (context) => {
      const port = await scripted(context, (line) =>
        line.startsWith("EHLO") ? "250-raw.example\r\n250-SIZE\r\n250-XXXXXXXA\r\n250 XXXB" : "502 5.5.1 No",
      );
      return check(`smtp://127.0.0.1:${port}?tls=required`, ["--timeout", "2s"]);
    },
  },
  {
    name: "AUTH in plaintext only",
    first: "auth-only-in-clear",
    says: /AUTH .* only in plaintext/,
    run: (context) => checkServer(context, { users: { shop: "secret" }, allowPlaintextCredentials: true }),
  },
  {
    name: "a wrong password",
    first: "login-refused",
    says: /refuses the login of "shop"/,
    run: (context) => checkServer(context, { tls: "starttls", users: { shop: "another" } }),
  },
  {
    name: "a SIZE that is too small",
    first: "size-too-small",
    says: /100,000 bytes/,
    run: (context) => checkServer(context, { maxMessageSize: 100_000 }),
  },
  {
    name: "greylisting",
    first: "greylisting",
    says: /greylisting/,
    run: (context) =>
      checkServer(context, {}, (server) => server.fail({ at: "rcpt", greylist: { attempts: 5 } })),
  },
  {
    name: "EHLO refused",
    first: "hello-refused",
    says: /refuses EHLO/,
    run: (context) =>
      checkServer(context, {}, (server) => server.fail({ at: "ehlo", reply: "550 5.7.1 Not you" })),
  },
  {
    name: "half pipelining",
    first: "pipelining-broken",
    says: /of three commands sent together it answered one/,
    run: async (context) => {
      // Each packet is taken for one command, as a careless server does.
      const port = await rawServer(context, (socket) => {
        socket.write("220 raw.example ESMTP\r\n");
        socket.on("data", (chunk) => {
          const verb = chunk.toString().slice(0, 4);
          socket.write(
            verb === "EHLO"
              ? "250-raw.example\r\n250 PIPELINING\r\n"
              : verb === "STAR"
                ? "502 No\r\n"
                : "250 OK\r\n",
          );
        });
      });
      return check(`smtp://127.0.0.1:${port}`, ["--timeout", "1s"]);
    },
  },
  {
    name: "a server that says nothing",
    first: "server-silent",
    says: /says nothing/,
    run: async (context) => {
      const port = await rawServer(context, () => {});
      return check(`smtp://127.0.0.1:${port}`, ["--timeout", "2500ms"]);
    },
  },
  {
    name: "a mail exchanger that is an alias of nothing",
    first: "mx-alias-dangling",
    says: /alias \(CNAME\) of gone\.test/,
    run: (context) => checkZone(context, "broken.test", zone({ "mx.broken.test": { CNAME: "gone.test" } })),
  },
  {
    name: "SPF with eleven look-ups",
    first: "spf-too-many-lookups",
    says: /11 DNS look-ups/,
    run: (context) =>
      checkZone(
        context,
        "broken.test",
        zone({
          "broken.test": {
            ...healthyDns,
            TXT: [`v=spf1 ${Array.from({ length: 11 }, (_, at) => `include:s${at}.test`).join(" ")} -all`],
          },
          ...Object.fromEntries(
            Array.from({ length: 11 }, (_, at) => [`s${at}.test`, { TXT: ["v=spf1 ip4:192.0.2.1 -all"] }]),
          ),
        }),
      ),
  },
  {
    name: "two DMARC records",
    first: "dmarc-several-records",
    says: /2 DMARC records/,
    run: (context) =>
      checkZone(
        context,
        "broken.test",
        zone({ "_dmarc.broken.test": { TXT: ["v=DMARC1; p=reject", "v=DMARC1; p=none"] } }),
      ),
  },
];

for (const { name, first, says, run } of setups) {
  test(`check names ${name} first`, async (context) => {
    const { status, findings } = await run(context);
    assert.equal(findings[0]?.code, first, JSON.stringify(findings, null, 2));
    assert.match(findings[0].what, says);
    assert.equal(status, 1);
  });
}

test("check finds nothing wrong with a domain that is in order", async (context) => {
  const { status, findings } = await checkZone(context, "broken.test", zone({}));
  assert.deepEqual(findings, []);
  assert.equal(status, 0);
});

for (const options of [
  {},
  { tls: "starttls" },
  { tls: "implicit" },
  { tls: "starttls", users: { shop: "secret" } },
  { tls: "implicit", users: { shop: "secret" }, mechanisms: ["PLAIN"] },
] as const satisfies readonly TestServerOptions[]) {
  test(`check finds nothing wrong with a TestServer of ${JSON.stringify(options)}`, async (context) => {
    const { status, findings } = await checkServer(context, options);
    assert.deepEqual(findings, []);
    assert.equal(status, 0);
  });
}

test("check tells a missing intermediate, an unknown root and a self-signed certificate apart", async (context) => {
  const private_ = await CertificateAuthority.create("Ours");
  const { key, cert } = private_.intermediate("Ours too").issue();
  for (const [certificates, code] of [
    [[await CertificateAuthority.selfSigned()], "certificate-self-signed"],
    [[{ key, cert: cert + private_.cert }], "certificate-unknown-issuer"],
    [[private_.issue()], "certificate-unknown-issuer"],
  ] as const) {
    const { findings } = await checkServer(context, { tls: "starttls", certificates });
    assert.equal(findings[0]?.code, code);
  }
});
