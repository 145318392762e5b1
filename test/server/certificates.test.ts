import assert from "node:assert/strict";
import { once } from "node:events";
import { before, describe, it } from "node:test";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { type ErrorContext, SmtpServer, type SmtpServerOptions } from "envoi/server";
import { CertificateAuthority } from "envoi/testing";
import { RunningServer } from "#src/server/running-server.js";
import { HandClock } from "../net/hand-clock.js";
import { Issuer } from "../net/server/issuer.js";
import { Client } from "./client.js";
import { logInBound } from "./scram-client.js";

const issuer = new Issuer();
const trusted = { ca: issuer.cert, checkServerIdentity: () => undefined };
let ca: CertificateAuthority;

before(async () => {
  ca = await CertificateAuthority.create();
});

function options(more: SmtpServerOptions): SmtpServerOptions {
  return { tls: "implicit", hostname: "mx.test", domains: ["y.test"], data: async () => {}, ...more };
}

/** Greeted over TLS; whoever is not is refused. */
async function greeted(port: number, how: ConnectionOptions = {}): Promise<Client> {
  const client = await Client.connect(port, { ...trusted, ...how });
  assert.match(await client.reply(), /^220 /);
  return client;
}

/** The common name of the certificate that the server shows, and the type of its key. */
async function shown(port: number, how: ConnectionOptions = {}): Promise<string> {
  await using client = await greeted(port, how);
  const certificate = (client.socket as TLSSocket).getPeerX509Certificate();
  return `${certificate?.subject} ${certificate?.publicKey.asymmetricKeyType}`;
}

/** Whether the session of one connection is resumed by the next. */
async function resumes(
  port: number,
  how: ConnectionOptions,
  between?: () => Promise<void>,
): Promise<boolean> {
  const session = await sessionOf(port, how);
  await between?.();
  await using client = await greeted(port, { ...how, session });
  return (client.socket as TLSSocket).isSessionReused();
}

/** What a connection leaves behind to be resumed. */
async function sessionOf(port: number, how: ConnectionOptions): Promise<Buffer> {
  const socket = connect({ port, host: "127.0.0.1", ...trusted, ...how });
  const [session] = (await once(socket, "session")) as [Buffer];
  socket.destroy();
  return session;
}

const versions = ["TLSv1.2", "TLSv1.3"] as const;

describe("SmtpServer: several certificates", () => {
  it("are shown by name, after STARTTLS as well", async () => {
    const certificates = [issuer.issue(["mx.test"]), issuer.issue(["a.test", "*.b.test"])];
    await using server = await SmtpServer.listen(options({ certificates, tls: "starttls" }));
    for (const [servername, subject] of [
      ["x.b.test", "CN=a.test"],
      ["mx.test", "CN=mx.test"],
      ["b.test", "CN=mx.test"],
      [undefined, "CN=mx.test"],
    ] as const) {
      await using client = await Client.connect(server.port);
      await client.reply();
      await client.ask("EHLO x");
      await client.starttls({ ...trusted, ...(servername && { servername }) });
      assert.equal((client.socket as TLSSocket).getPeerX509Certificate()?.subject, subject, servername);
    }
  });

  it("may be an RSA and an ECDSA certificate of one name, of which each client gets one that it can verify", async () => {
    const named = [issuer.issue(["a.test"], "rsa"), issuer.issue(["a.test"], "ec")];
    const certificates = [issuer.issue(["mx.test"], "rsa"), issuer.issue(["mx.test"], "ec"), ...named];
    await using server = await SmtpServer.listen(options({ certificates }));
    const clients: [ConnectionOptions, string][] = [
      [{ maxVersion: "TLSv1.2", ciphers: "ECDHE-RSA-AES128-GCM-SHA256" }, "rsa"],
      [{ maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }, "ec"],
      [{ minVersion: "TLSv1.3", sigalgs: "rsa_pss_rsae_sha256" }, "rsa"],
      [{ minVersion: "TLSv1.3", sigalgs: "ECDSA+SHA256" }, "ec"],
    ];
    for (const servername of ["mx.test", "a.test"])
      for (const [how, type] of clients) {
        // The issuer signs with ECDSA, which not all of these clients can verify.
        const subject = await shown(server.port, { ...how, servername, rejectUnauthorized: false });
        assert.equal(subject, `CN=${servername} ${type}`, JSON.stringify(how));
      }
  });
});

describe("SmtpServer: the name that a client asks for", () => {
  for (const maxVersion of versions)
    it(`is known to the session by ${maxVersion}, resumed or not`, async () => {
      const names: unknown[] = [];
      const certificates = [issuer.issue(["mx.test"]), issuer.issue(["a.test"])];
      await using server = await SmtpServer.listen(
        options({ certificates, connect: ({ session }) => void names.push(session.tls?.servername) }),
      );
      assert.equal(await resumes(server.port, { servername: "a.test", maxVersion }), true);
      await shown(server.port, { maxVersion });
      assert.deepEqual(names, ["a.test", "a.test", undefined]);
    });
});

describe("SmtpServer: a function for certificates", () => {
  it("is asked for the names that are in no certificate", async () => {
    const find = async (name: string) => (name === "a.test" ? issuer.issue(["a.test"]) : undefined);
    await using server = await SmtpServer.listen(
      options({ certificates: [issuer.issue(["mx.test"]), find] }),
    );
    assert.equal(await shown(server.port, { servername: "A.test" }), "CN=a.test ec");
    assert.equal(await shown(server.port, { servername: "b.test" }), "CN=mx.test ec");
    assert.equal(await shown(server.port), "CN=mx.test ec");
  });

  it("that fails is reported to onError, and the client gets the default certificate", async () => {
    const failures: ErrorContext[] = [];
    const other = issuer.issue(["other.test"]);
    const find = (name: string) => {
      if (name === "a.test") throw new Error("no database");
      return { key: other.key, cert: issuer.issue([name]).cert };
    };
    await using server = await SmtpServer.listen(
      options({
        certificates: [issuer.issue(["mx.test"]), find],
        onError: (context) => void failures.push(context),
      }),
    );
    for (const servername of ["a.test", "a.test", "b.test"])
      assert.equal(await shown(server.port, { servername }), "CN=mx.test ec");
    assert.deepEqual(
      failures.map(({ hook, error, session }) => [hook, (error as Error).message, session.remoteAddress]),
      [
        ["certificates", "no database", "127.0.0.1"],
        [
          "certificates",
          'certificates("b.test").key: is not the key of the certificate for CN=b.test',
          "127.0.0.1",
        ],
      ],
    );
  });

  it("that takes too long leaves time for a handshake with the default certificate", async () => {
    const clock = new HandClock();
    const failures: unknown[] = [];
    const server = await RunningServer.start(
      options({
        certificates: [issuer.issue(["mx.test"]), () => new Promise(() => {})],
        timeouts: { handshake: 4000 },
        onError: ({ error }) => void failures.push(error),
      }),
      { clock },
    );
    const subject = shown(server.port, { servername: "a.test" });
    await clock.armed(2000);
    clock.turn(2000);
    assert.equal(await subject, "CN=mx.test ec");
    assert.match(String(failures), /more than 2000 ms/);
    await server.close(0);
  });
});

describe("SmtpServer: setCertificates", () => {
  it("shows other certificates to new clients, while connections go on", async () => {
    await using server = await SmtpServer.listen(
      options({
        certificates: issuer.issue(["old.test"]),
        listeners: [{ tls: "implicit" }, { tls: "implicit", minVersion: "TLSv1.3" }, { tls: "none" }],
      }),
    );
    await using client = await greeted(server.port);
    await server.setCertificates({ certificates: [issuer.issue(["new.test"]), issuer.issue(["a.test"])] });
    for (const { port } of server.listeners.slice(0, 2)) {
      assert.equal(await shown(port), "CN=new.test ec");
      assert.equal(await shown(port, { servername: "a.test" }), "CN=a.test ec");
    }
    client.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@y.test>", "DATA", "x", ".");
    assert.match((await client.replies(5))[4] ?? "", /^250 /);
  });

  it("changes nothing if anything is wrong", async () => {
    await using server = await SmtpServer.listen(options({ certificates: issuer.issue(["old.test"]) }));
    const [one, other] = [issuer.issue(["new.test"]), issuer.issue(["b.test"])];
    const wrong: [object, RegExp][] = [
      [{ certificates: [one, one] }, /^EnvoiError: certificates\[1\]\.cert: has the name new\.test/],
      [{ certificates: [one, { key: one.key, cert: other.cert }] }, /certificates\[1\]\.key: is not the key/],
      [{ certificates: [] }, /certificates: expected at least one/],
      [{ certificates: undefined }, /certificates: expected an object, got undefined/],
      [
        { certificates: [one], clientCertificates: { ca: "none" } },
        /clientCertificates\.ca: expected a cert/,
      ],
      [
        { certificates: [one], clientCertificates: { ca: [ca.cert, one.key] } },
        /clientCertificates\.ca\[1\]: exp/,
      ],
      [{ certificates: [one], tls: "none" }, /options: there is no "tls"/],
    ];
    for (const [change, message] of wrong) {
      await assert.rejects(server.setCertificates(change as never), message);
      assert.equal(await shown(server.port), "CN=old.test ec");
    }
  });

  it("changes nothing if one of the listeners cannot use a certificate", async () => {
    const weak = await CertificateAuthority.create();
    await using server = await SmtpServer.listen(
      options({
        certificates: issuer.issue(["old.test"]),
        listeners: [
          { tls: "implicit", ciphers: "DEFAULT:@SECLEVEL=0" },
          { tls: "implicit", ciphers: "DEFAULT:@SECLEVEL=2" },
        ],
      }),
    );
    const change = { certificates: weak.issue({ names: ["new.test"], weakKey: true }) };
    await assert.rejects(
      server.setCertificates(change),
      /^EnvoiError: certificates: OpenSSL refuses.*too small/,
    );
    for (const { port } of server.listeners) assert.equal(await shown(port), "CN=old.test ec");
  });

  it("takes effect in the order of its calls", async () => {
    let answer: () => void = () => {};
    const slow = () =>
      new Promise<{ key: string; cert: string }>((resolve) => {
        answer = () => resolve(issuer.issue(["slow.test"]));
      });
    await using server = await SmtpServer.listen(options({ certificates: issuer.issue(["old.test"]) }));
    const first = server.setCertificates({ certificates: [slow] });
    const second = server.setCertificates({ certificates: issuer.issue(["quick.test"]) });
    await new Promise(setImmediate);
    answer();
    await Promise.all([first, second]);
    assert.equal(await shown(server.port), "CN=quick.test ec");
  });

  it("is refused if no listener has TLS", async () => {
    await using server = await SmtpServer.listen(options({ tls: "none" }));
    const change = { certificates: issuer.issue(["a.test"]) };
    await assert.rejects(
      server.setCertificates(change),
      /^EnvoiError: certificates: cannot be used with tls "none"/,
    );
  });

  for (const maxVersion of versions)
    it(`with other authorities for clients resumes no session of ${maxVersion} from before`, async () => {
      const certificates = [issuer.issue(["mx.test"]), issuer.issue(["a.test"])];
      const [before, after] = [ca, await CertificateAuthority.create("after")];
      await using server = await SmtpServer.listen(
        options({ certificates, clientCertificates: { ca: before.cert, required: true } }),
      );
      for (const servername of ["mx.test", "a.test"]) {
        const how = { ...before.issue({ purpose: "client" }), servername, maxVersion };
        assert.equal(await resumes(server.port, how), true);
        const session = await sessionOf(server.port, how);
        await server.setCertificates({
          certificates,
          clientCertificates: { ca: after.cert, required: true },
        });
        const heard = Client.connect(server.port, { ...trusted, ...how, session }).then((client) =>
          client.rest(),
        );
        assert.equal(await heard.catch(() => ""), "");
        await using client = await greeted(server.port, { ...how, ...after.issue({ purpose: "client" }) });
        assert.match(await client.ask("EHLO x"), /^250/);
        await server.setCertificates({
          certificates,
          clientCertificates: { ca: before.cert, required: true },
        });
      }
    });
});

describe("SmtpServer: logins that are bound to the certificate", () => {
  const bound: SmtpServerOptions = {
    mechanisms: ["SCRAM-SHA-256-PLUS"],
    auth: async ({ user, verify }) => ((await verify("secret")) ? { user } : undefined),
  };
  for (const maxVersion of versions)
    it(`are bound to the one that was shown by ${maxVersion}, which no resumption hides`, async () => {
      const rsa = issuer.issue(["mx.test"], "rsa");
      const certificates = [issuer.issue(["mx.test"]), issuer.issue(["a.test"])];
      for (const [own, servername, resumed] of [
        [certificates, "mx.test", true],
        [certificates, "a.test", true],
        [[certificates[0], rsa], "mx.test", false],
        [[rsa, () => certificates[1]], "a.test", true],
        [certificates[1], "a.test", true],
      ] as const) {
        await using server = await SmtpServer.listen(
          options({ ...bound, certificates: own as NonNullable<SmtpServerOptions["certificates"]> }),
        );
        const socket = connect({ port: server.port, host: "127.0.0.1", ...trusted, servername, maxVersion });
        const session = once(socket, "session");
        await once(socket, "secureConnect");
        const certificate = socket.getPeerX509Certificate()?.raw;
        await using resuming = await greeted(server.port, {
          servername,
          maxVersion,
          session: ((await session) as [Buffer])[0],
        });
        socket.destroy();
        await resuming.ask("EHLO x");
        const reused = (resuming.socket as TLSSocket).isSessionReused();
        assert.equal(reused, resumed);
        assert.match(await logInBound(resuming, "secret", reused ? certificate : undefined), /^235 /);
      }
    });

  it("are bound to the new one after setCertificates", async () => {
    const [before, after] = [issuer.issue(["mx.test"]), issuer.issue(["mx.test"])];
    await using server = await SmtpServer.listen(options({ ...bound, certificates: before }));
    const session = await sessionOf(server.port, {});
    await server.setCertificates({ certificates: after });
    await using client = await greeted(server.port, { session });
    await client.ask("EHLO x");
    assert.match(await logInBound(client, "secret"), /^235 /);
  });
});

describe("SmtpServer: versions and ciphers of a listener", () => {
  it("are its own, down to TLS 1.0, for every certificate", async () => {
    const certificates = [issuer.issue(["mx.test"], "rsa"), issuer.issue(["a.test"], "rsa")];
    await using server = await SmtpServer.listen(
      options({
        certificates,
        tls: "implicit",
        listeners: [{ minVersion: "TLSv1" }, { minVersion: "TLSv1.1" }, {}, { minVersion: "TLSv1.3" }],
      }),
    );
    const order = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
    for (const [listener, lowest] of order.entries())
      for (const version of order)
        for (const servername of ["mx.test", "a.test"]) {
          const old = version < "TLSv1.2" && { ciphers: "ALL:@SECLEVEL=0" };
          const how = { minVersion: version, maxVersion: version, servername, ...old };
          const subject = shown(server.listeners[listener]?.port ?? 0, how).catch(() => "refused");
          assert.equal(
            await subject,
            version < lowest ? "refused" : `CN=${servername} rsa`,
            `${version} ${lowest}`,
          );
        }
  });

  it("allow those ciphers alone, for every certificate, and never one without authentication", async () => {
    const certificates = [issuer.issue(["mx.test"], "rsa"), issuer.issue(["a.test"], "rsa")];
    await using server = await SmtpServer.listen(
      options({
        certificates,
        tls: "implicit",
        listeners: [{ ciphers: "AES128-SHA" }, { minVersion: "TLSv1", ciphers: "ALL" }],
      }),
    );
    const [only, all] = server.listeners.map(({ port }) => port) as [number, number];
    for (const servername of ["mx.test", "a.test"]) {
      const how = { servername, maxVersion: "TLSv1.2" } as const;
      await using client = await greeted(only, { ...how, ciphers: "ALL" });
      assert.equal((client.socket as TLSSocket).getCipher().name, "AES128-SHA");
      await assert.rejects(greeted(only, { ...how, ciphers: "AES256-SHA" }), /alert|handshake/);
      await assert.rejects(
        greeted(all, { ...how, ciphers: "aNULL:eNULL:@SECLEVEL=0", rejectUnauthorized: false }),
        /alert|handshake/,
      );
    }
  });

  it("are refused if no certificate has a key for the ciphers, also by setCertificates", async () => {
    const listeners = [{}, { ciphers: "ECDHE-RSA-AES128-GCM-SHA256" }];
    const ec = [issuer.issue(["a.test"]), issuer.issue(["b.test"])];
    const rsa = issuer.issue(["c.test"], "rsa");
    const useless =
      /^EnvoiError: certificates: no key is of a type for the ciphers ECDHE-RSA-AES128-GCM-SHA256/;
    await assert.rejects(SmtpServer.listen(options({ listeners, certificates: ec })), useless);
    const server = await SmtpServer.listen(options({ listeners, certificates: [...ec, rsa] }));
    try {
      await assert.rejects(server.setCertificates({ certificates: ec }), useless);
      const how = { servername: "c.test", maxVersion: "TLSv1.2" } as const;
      assert.match(await shown(server.listeners[1]?.port ?? 0, how), /rsa$/);
      // A function may find other keys.
      await server.setCertificates({ certificates: [...ec, () => rsa] });
      assert.match(await shown(server.listeners[1]?.port ?? 0, { ...how, servername: "d.test" }), /rsa$/);
    } finally {
      await server.close({ grace: 0 });
    }
  });

  it("are refused without TLS", async () => {
    for (const field of [{ minVersion: "TLSv1.2" }, { ciphers: "AES128-SHA" }] as const) {
      const listeners = [{ tls: "none", ...field }] as const;
      const started = SmtpServer.listen({ listeners });
      await assert.rejects(
        started,
        /^EnvoiError: listeners\[0\]\.(minVersion|ciphers): cannot be used with tls "none"/,
      );
    }
  });
});
