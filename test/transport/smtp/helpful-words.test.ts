import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { connect as tlsConnect } from "node:tls";
import {
  type ConnectedSocket,
  Credentials,
  LmtpTransport,
  Mechanism,
  SmtpError,
  SmtpTransport,
  Tls,
  TlsParameters,
} from "envoi";
import { CertificateAuthority } from "envoi/testing";
import { HandClock } from "../../net/hand-clock.js";
import { type Script, ScriptedServer } from "../../net/scripted-server.js";
import { clearTo, mail, serve, until } from "./serve.js";
import { TestServer } from "./test-server.js";
import { turnedBy } from "./turned.js";

const ca = await CertificateAuthority.shared();
const trusting = TlsParameters.builder().addRootCertificate(ca.cert).build();

/** What a send to a server fails with. */
async function failing(
  script: Script,
  build: (to: ReturnType<typeof clearTo>) => SmtpTransport = (to) => to.build(),
  what: Parameters<SmtpTransport["send"]>[0] = mail,
): Promise<SmtpError> {
  await using server = await ScriptedServer.start(script);
  await using transport = build(clearTo(server));
  const error: unknown = await transport.send(what).catch((error: unknown) => error);
  assert.ok(error instanceof SmtpError, String(error));
  return error;
}

describe("the error quotes the server", () => {
  for (const [line, transient] of [
    ["521 blocked by dnsbl.example", false],
    ["550 5.7.1 blocked by dnsbl.example", false],
    ["450 4.7.1 blocked by dnsbl.example for now", true],
  ] as const) {
    it(`in a greeting that begins with 220 and ends with ${line.slice(0, 3)}`, async () => {
      const error = await failing((peer) => peer.say("220-mail.example ESMTP", line));
      assert.deepEqual([error.kind, error.phase, error.transient], ["rejected", "greeting", transient]);
      assert.match(error.message, /blocked by dnsbl\.example/);
      assert.equal(error.reply?.code, Number(line.slice(0, 3)));
    });
  }

  for (const stray of ["because of its content", "55 what", "250-ok", "220 hello"]) {
    it(`in a reply of several lines with a stray one: ${stray}`, async () => {
      const error = await failing((peer) =>
        serve(peer, {
          MAIL: () => peer.send(`550-5.7.1 Your mail was rejected\r\n${stray}\r\n550 5.7.1 See our page\r\n`),
        }),
      );
      assert.deepEqual([error.kind, error.phase, error.transient], ["protocol", "mail", false]);
      assert.match(error.message, /550/);
      if (!/^\d{3}[ -]/.test(stray)) assert.match(error.message, /550 5\.7\.1 Your mail was rejected/);
    });
  }

  it("but not during AUTH, when a server may repeat the secret", async () => {
    const error = await failing(
      (peer) => serve(peer, { AUTH: () => peer.send("535-secret\r\nsecret\r\n535 no\r\n") }, ["AUTH PLAIN"]),
      (to) => to.credentials(Credentials.password("jo", "secret")).build(),
    );
    assert.equal(error.kind, "protocol");
    assert.doesNotMatch(`${error.message} ${error.reply}`, /secret/);
  });
});

describe("a hint fits the mode in use", () => {
  it("a greeting that does not come under TLS does not advise TLS", async () => {
    const error = await failing(
      async (peer) => {
        await peer.secure(ca.issue());
        await peer.closed();
      },
      (to) => to.tls(Tls.Wrapper(trusting)).timeout({ greeting: 200 }).build(),
    );
    assert.equal(error.message, "the server did not greet within 200 ms");
    const inClear = await failing(
      (peer) => peer.closed(),
      (to) => to.timeout({ greeting: 200 }).build(),
    );
    assert.match(inClear.message, /use Tls\.Wrapper there$/);
  });

  it("text after the reply to STARTTLS does not advise STARTTLS", async () => {
    const error = await failing(
      (peer) =>
        serve(
          peer,
          {
            STARTTLS: async () => {
              peer.say("220 go");
              const before = peer.received.length;
              await peer.octets(before + 1);
              peer.say("500 what?");
            },
          },
          ["STARTTLS"],
        ),
      (to) => to.tls(Tls.Required(trusting)).build(),
    );
    assert.equal(error.kind, "tls");
    assert.match(error.message, /accepted STARTTLS, but what follows is not TLS/);
  });

  it("AUTH that is not offered under TLS does not advise TLS", async () => {
    const login = Credentials.password("jo", "secret");
    const secured = await failing(
      async (peer) => {
        await peer.secure(ca.issue());
        await serve(peer);
      },
      (to) => to.tls(Tls.Wrapper(trusting)).credentials(login).build(),
    );
    assert.match(secured.message, /does not offer AUTH, under TLS either/);
    const inClear = await failing(
      (peer) => serve(peer),
      (to) => to.credentials(login).build(),
    );
    assert.match(inClear.message, /use Tls\.Required or Tls\.Wrapper/);
  });

  it("a port where nothing listens is not compared with itself", async () => {
    const { unreachable } = await import("#src/net/client/unreachable.js");
    const refused = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    const lost = Object.assign(new Error("lost"), { code: "ETIMEDOUT" });
    assert.equal(unreachable(refused, "127.0.0.1:1025").message, "nothing listens on 127.0.0.1:1025");
    assert.match(unreachable(refused, "127.0.0.1:25").message, /usually listens on 1025/);
    assert.match(unreachable(lost, "192.0.2.1:25").message, /try 587 or 465/);
    assert.doesNotMatch(unreachable(lost, "192.0.2.1:587").message, /587 or 465/);
  });
});

describe("a firewall that rewrites SMTP is named", () => {
  const rewritten = ["XXXXXXXA", "SIZE 10000000", "XXXX"];

  it("if STARTTLS is required", async () => {
    const error = await failing(
      (peer) => serve(peer, {}, rewritten),
      (to) => to.tls(Tls.Required(trusting)).build(),
    );
    assert.deepEqual([error.kind, error.permanent], ["tls", true]);
    assert.match(error.message, /a firewall on the way rewrites SMTP/);
  });

  it("if a login or SMTPUTF8 is needed", async () => {
    const login = Credentials.password("jo", "secret");
    const unheard = await failing(
      (peer) => serve(peer, {}, rewritten),
      (to) => to.credentials(login).build(),
    );
    assert.match(unheard.message, /does not offer AUTH; a firewall on the way rewrites SMTP/);
    const international = await failing(
      (peer) => serve(peer, {}, rewritten),
      (to) => to.build(),
      { ...mail, to: "jörg@y.test" },
    );
    assert.match(international.message, /a firewall on the way rewrites SMTP/);
  });

  it("if EHLO is refused because X's arrived instead", async () => {
    const error = await failing((peer) =>
      serve(peer, { EHLO: '502 5.5.2 unknown command "XXXX"', HELO: '502 5.5.2 unknown command "XXXX"' }),
    );
    assert.equal(error.kind, "rejected");
    assert.match(error.message, /a firewall on the way rewrites SMTP/);
  });

  it("but not if a keyword only begins with X", async () => {
    const error = await failing(
      (peer) => serve(peer, {}, ["XCLIENT NAME", "X-EXPS LOGIN", "XXLARGE"]),
      (to) => to.tls(Tls.Required(trusting)).build(),
    );
    assert.doesNotMatch(error.message, /firewall/);
  });
});

describe("a server that reads only the first command of a packet", () => {
  it('is met by pipelining("off"), as the error says', async () => {
    await using server = await ScriptedServer.start(async (peer) => {
      peer.say("220 hi");
      await peer.answer("250-hi", "250 PIPELINING");
      await peer.answer("250 ok");
      await peer.closed();
    });
    const clock = new HandClock();
    await using transport = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).build();
    const sending = transport.send(mail).catch((error: unknown) => error);
    await until(() => server.peers[0]?.received.includes("DATA") === true);
    // The reply to MAIL is read before the limit of the next one counts.
    while (clock.timers < 2) await until(() => true);
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    clock.turn(60_000);
    const error = await sending;
    assert.ok(error instanceof SmtpError);
    assert.deepEqual([error.kind, error.phase, error.delivery], ["timeout", "rcpt", "not-sent"]);
    assert.match(error.message, /needs \.pipelining\("off"\)$/);
  });

  it("is not suspected if nothing was answered, or one command went out at a time", async () => {
    const silent = await failing(
      (peer) => serve(peer, { MAIL: () => peer.closed() }),
      (to) => to.timeout({ command: 300 }).build(),
    );
    assert.doesNotMatch(silent.message, /pipelining/);
    const stepwise = await failing(
      (peer) => serve(peer, { RCPT: () => peer.closed() }, []),
      (to) => to.timeout({ command: 300 }).build(),
    );
    assert.equal(stepwise.phase, "rcpt");
    assert.doesNotMatch(stepwise.message, /pipelining/);
  });
});

describe("a refused login", () => {
  const refusing: Script = (peer) => serve(peer, { AUTH: "535 5.7.8 no" }, ["AUTH PLAIN"]);
  const as = (user: string, password: string) => (to: ReturnType<typeof clearTo>) =>
    to.credentials(Credentials.password(user, password)).authentication(Mechanism.Plain).build();

  it("names the host and the user", async () => {
    const { message } = await failing(refusing, as("shop", "secret"));
    assert.equal(message, 'the server refused the login of "shop" at 127.0.0.1 (by PLAIN): 535 5.7.8 no');
  });

  it("does not name a user that is an address or the secret", async () => {
    const address = await failing(refusing, as("jo@example.org", "secret"));
    assert.match(address.message, /refused the login at 127\.0\.0\.1 \(by PLAIN\)/);
    const token = "0123456789abcdef".repeat(6);
    const same = await failing(refusing, as(token, token));
    assert.doesNotMatch(same.message, /0123/);
  });
});

describe("a connector may return", () => {
  it("a socket that it has encrypted and verified: no TLS is begun, and credentials go out", async () => {
    await using server = await TestServer.start({ tls: "implicit", users: { jo: "secret" } });
    for (const tls of [Tls.Wrapper, Tls.Required, Tls.None]) {
      await using transport = SmtpTransport.builder("relay.test")
        .tls(tls)
        .connector((): ConnectedSocket => {
          const socket = tlsConnect({ port: server.port, host: "127.0.0.1", ca: server.ca });
          return { socket, encrypted: true, verified: true };
        })
        .credentials(Credentials.password("jo", "secret"))
        .build();
      const report = await transport.send(mail);
      assert.deepEqual([report.tls?.protocol, report.tls?.verified], ["TLSv1.3", true]);
    }
  });

  it("a socket that is encrypted and not verified: no credentials go out", async () => {
    await using server = await TestServer.start({ tls: "implicit", users: { jo: "secret" } });
    await using transport = SmtpTransport.builder("relay.test")
      .connector(() => ({
        socket: tlsConnect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false }),
        encrypted: true,
      }))
      .credentials(Credentials.password("jo", "secret"))
      .build();
    await assert.rejects(transport.send(mail), { kind: "authentication", message: /does not verify/ });
  });

  it("nothing else, and the error says what it may return", async () => {
    for (const [returned, problem] of [
      [{ connection: {} }, /it has no on\(\)/],
      [{ socket: 5 }, /no stream/],
      [{ socket: {}, encrypted: "yes" }, /"yes" as "encrypted"/],
      [{ socket: {}, verified: true }, /verified and not encrypted/],
    ] as const) {
      await using transport = SmtpTransport.builder("relay.test")
        .connector(() => returned as never)
        .build();
      await assert.rejects(transport.send(mail), (error: SmtpError) => {
        assert.equal(error.kind, "configuration");
        assert.match(error.message, problem);
        assert.match(error.message, /expected a socket, or \{ socket, encrypted, verified \}$/);
        return true;
      });
    }
  });
});

describe("a mail that needs SMTPUTF8", () => {
  it("fails with a report that names the recipients whose addresses need it", async () => {
    const error = await failing((peer) => serve(peer), undefined, {
      ...mail,
      to: ["a@y.test", "jörg@y.test", "b@y.test"],
    });
    assert.equal(error.kind, "unsupported");
    assert.match(error.message, /^the address of recipient 2 of 3 has a local part beyond ASCII/);
    assert.deepEqual(
      error.report.recipients.map(({ outcome, reason }) => [outcome, reason]),
      [
        ["not-sent", undefined],
        ["not-sent", "its local part needs SMTPUTF8"],
        ["not-sent", undefined],
      ],
    );
  });

  it("names no recipient if its sender is the reason", async () => {
    const error = await failing((peer) => serve(peer), undefined, { ...mail, from: "jörg@y.test" });
    assert.match(error.message, /^the address of the sender has a local part beyond ASCII/);
    assert.equal(error.report.recipients[0]?.reason, undefined);
  });
});

describe("a transport that is made with its constructor", () => {
  it("names the builder", () => {
    for (const given of [{ host: "mail.example.org" }, "smtp://mail.example.org", undefined]) {
      assert.throws(() => Reflect.construct(SmtpTransport, [given]), {
        kind: "configuration",
        message: /SmtpTransport\.relay\(host\).*\.build\(\)/,
      });
      assert.throws(() => Reflect.construct(LmtpTransport, [given]), {
        kind: "configuration",
        message: /LmtpTransport\.builder\(host\)\.build\(\)/,
      });
    }
  });
});
