import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { networkInterfaces } from "node:os";
import { describe, it } from "node:test";
import { Credentials, Mechanism, SmtpTransport, Tls, TlsParameters, type TlsParametersBuilder } from "envoi";
import { CertificateAuthority } from "envoi/testing";
import type { Connection } from "#src/net/client/connection.js";
import { Verdicts } from "#src/transport/smtp/lasting-failures.js";
import { logIn } from "#src/transport/smtp/login/log-in.js";
import { Opening } from "#src/transport/smtp/session/session-opening.js";
import { HandClock } from "../../../net/hand-clock.js";
import { ScriptedServer } from "../../../net/scripted-server.js";
import { clearTo, mail, said, serve } from "../serve.js";
import { TestServer } from "../test-server.js";

const ca = await CertificateAuthority.shared();
const password = Credentials.password("shop", "secret");
const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === "IPv4" && !address.internal)?.address;

describe("credentials", () => {
  it("go out in plaintext to loopback", async () => {
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { AUTH: "235 2.7.0 welcome" }, ["AUTH PLAIN LOGIN"]),
    );
    await using transport = clearTo(server).credentials(password).build();
    await transport.send(mail);
    assert.match(said(server.peers[0]).join("\n"), /^AUTH PLAIN AHNob3AAc2VjcmV0$/m);
  });

  it("do not go out over a connection that is not verified TLS and leaves the machine", async () => {
    const states = [
      { tls: undefined, message: /is not encrypted/ },
      {
        tls: { protocol: "TLSv1.3", cipher: "x", verified: false, resumed: false },
        message: /does not verify/,
      },
    ];
    for (const { tls, message } of states) {
      const play = () => assert.fail("nothing may be said");
      const connection = { loopback: false, tls, play } as unknown as Connection;
      const peer = { domain: "x", extensions: { AUTH: ["PLAIN"] }, keywords: new Map() };
      const options = { host: "x", port: 25, mechanisms: undefined, allowPlaintextCredentials: false };
      const context = { opening: new Opening(), verdicts: new Verdicts(new HandClock()) };
      await assert.rejects(logIn(connection, peer, password, options, context), {
        kind: "authentication",
        phase: "auth",
        permanent: true,
        message,
      });
    }
  });

  it("do not go out in plaintext to an address of this machine that others can reach, unless allowed", {
    skip: elsewhere === undefined,
  }, async () => {
    await using server = await TestServer.start({
      host: "0.0.0.0",
      users: { shop: "secret" },
      allowPlaintextCredentials: true,
    });
    const builder = SmtpTransport.builder(elsewhere ?? "")
      .port(server.port)
      .tls(Tls.None)
      .credentials(password);
    await using strict = builder.clone().build();
    await assert.rejects(strict.send(mail), { kind: "authentication", delivery: "not-sent" });
    assert.doesNotMatch(String(server.transcripts[0]), /C: (AUTH|MAIL)/);
    await using waived = builder.allowPlaintextCredentials().build();
    await waived.send(mail);
    assert.equal(server.messages[0]?.session.authenticated?.user, "shop");
  });

  it("do not go out under Opportunistic with a certificate that does not verify", {
    skip: elsewhere === undefined,
  }, async () => {
    await using server = await TestServer.start({
      host: "0.0.0.0",
      tls: "starttls",
      users: { shop: "secret" },
    });
    await using transport = SmtpTransport.builder(elsewhere ?? "")
      .port(server.port)
      .tls(Tls.Opportunistic)
      .credentials(password)
      .build();
    await assert.rejects(transport.send(mail), { kind: "authentication", message: /does not verify/ });
    assert.doesNotMatch(String(server.transcripts[0]), /C: (AUTH|MAIL)/);
  });

  it("do not go out under an accepted but unverified certificate, unless it is pinned or that is allowed", {
    skip: elsewhere === undefined,
  }, async () => {
    const unknown = await CertificateAuthority.selfSigned();
    await using server = await TestServer.start({
      host: "0.0.0.0",
      tls: "implicit",
      certificates: unknown,
      users: { shop: "secret" },
    });
    const to = (parameters: TlsParametersBuilder) =>
      SmtpTransport.builder(elsewhere ?? "")
        .port(server.port)
        .tls(Tls.Wrapper(parameters.build()))
        .credentials(password);
    const anybody = () => TlsParameters.builder().acceptInvalidCertificates(true);
    await using strict = to(anybody()).build();
    await assert.rejects(strict.send(mail), {
      kind: "authentication",
      delivery: "not-sent",
      message: /does not verify, .*addRootCertificate or \.pin can vouch for it/,
    });
    assert.doesNotMatch(String(server.transcripts[0]), /C: (AUTH|MAIL)/);
    const { fingerprint256 } = new X509Certificate(unknown.cert);
    await using pinned = to(anybody().pin(fingerprint256)).build();
    await pinned.send(mail);
    await using waived = to(anybody()).allowPlaintextCredentials().build();
    await waived.send(mail);
    assert.equal(server.messages.length, 2);
  });

  it("are not left out if the server offers no AUTH, or no usable mechanism", async () => {
    for (const [offers, message] of [
      [[], /does not offer AUTH/],
      [
        ["AUTH GSSAPI NTLM"],
        /offers AUTH GSSAPI NTLM; with a password these can be used: SCRAM-SHA-256-PLUS .* PLAIN LOGIN$/,
      ],
      [["AUTH"], /offers AUTH/],
    ] as const) {
      await using server = await ScriptedServer.start((peer) => serve(peer, {}, [...offers]));
      await using transport = clearTo(server).credentials(password).build();
      await assert.rejects(transport.send(mail), { kind: "authentication", permanent: true, message });
      assert.doesNotMatch(said(server.peers[0]).join("\n"), /MAIL/);
    }
  });

  it("are not tried twice if they are wrong, and the reply says whether to try later", async () => {
    for (const [reply, transient] of [
      ["535 5.7.8 no", false],
      ["454 4.7.0 later", true],
      ["421 4.7.0 bye", true],
    ] as const) {
      await using server = await ScriptedServer.start((peer) =>
        serve(peer, { AUTH: reply }, ["AUTH PLAIN LOGIN"]),
      );
      await using transport = clearTo(server).credentials(password).build();
      await assert.rejects(transport.send(mail), {
        kind: "authentication",
        delivery: "not-sent",
        phase: "auth",
        transient,
        permanent: !transient,
      });
      const attempts = said(server.peers[0]).filter((line) => line.startsWith("AUTH"));
      assert.equal(attempts.length, 1, reply);
    }
  });

  it("are tried by the next mechanism only if the server refuses this mechanism", async () => {
    for (const code of [504, 534, 538]) {
      await using server = await ScriptedServer.start((peer) => {
        const AUTH = async (line: string) => {
          if (line.startsWith("AUTH PLAIN")) return peer.say(`${code} 5.5.4 not this one`);
          peer.say("334 VXNlcm5hbWU6");
          await peer.answer("334 UGFzc3dvcmQ6");
          await peer.answer("235 2.7.0 welcome");
        };
        return serve(peer, { AUTH }, ["AUTH LOGIN PLAIN"]);
      });
      await using transport = clearTo(server).credentials(password).build();
      await transport.send(mail);
      const lines = said(server.peers[0]);
      assert.deepEqual(lines.slice(1, 5), [
        "AUTH PLAIN AHNob3AAc2VjcmV0",
        "AUTH LOGIN",
        "c2hvcA==",
        "c2VjcmV0",
      ]);
    }
  });

  it("are used with the configured mechanisms, in their order", async () => {
    await using server = await TestServer.start({ tls: "implicit", users: { shop: "secret" } });
    await using transport = server.builder().authentication([Mechanism.Login, Mechanism.Plain]).build();
    await transport.send(mail);
    assert.match(String(server.transcripts[0]), /C: AUTH LOGIN/);
    assert.doesNotMatch(String(server.transcripts[0]), /C: AUTH PLAIN/);
  });

  it("are refused if no mechanism can use them, with those that could", async () => {
    await using server = await TestServer.start({ tls: "implicit", users: { shop: "secret" } });
    await using transport = server.builder().authentication(Mechanism.XOAuth2).build();
    await assert.rejects(transport.send(mail), { kind: "authentication", message: /with a password/ });
  });

  it("that are not ASCII arrive as UTF-8", async () => {
    await using server = await TestServer.start({ tls: "implicit", users: { "üser@x.test": "pässwörd €" } });
    for (const mechanism of [Mechanism.Plain, Mechanism.Login]) {
      await using transport = server.builder().authentication(mechanism).build();
      await transport.send(mail);
    }
    assert.equal(server.messages.length, 2);
  });

  it("are in no error, even if the server repeats them", async () => {
    const repeat = (line: string) => `502 5.5.2 not recognised: ${line} c2VjcmV0 secret`;
    await using server = await ScriptedServer.start((peer) =>
      serve(peer, { AUTH: (line) => peer.say(repeat(line)) }, ["AUTH PLAIN"]),
    );
    await using transport = clearTo(server).credentials(password).build();
    await assert.rejects(transport.send(mail), ({ message }: Error) => {
      assert.match(message, /502 5\.5\.2 not recognised/);
      assert.doesNotMatch(message, /AHNob3AAc2VjcmV0|c2VjcmV0|secret/);
      return true;
    });
  });
});

describe("credentials that a mechanism cannot send", () => {
  it("are refused when they are made, without showing the secret", () => {
    for (const wrong of [
      "",
      "a\0b",
      "a\rb",
      "a\nb",
      "a\x01b",
      "a\x7fb",
      "a\ud800b",
      undefined,
      5,
    ] as string[]) {
      for (const make of [
        () => Credentials.password(wrong, "secret"),
        () => Credentials.password("jo", wrong),
        () => Credentials.token(wrong, "t0ken"),
        () => Credentials.token("jo", wrong),
      ]) {
        assert.throws(make, ({ kind, message }: Error & { kind: string }) => {
          assert.equal(kind, "configuration");
          assert.match(message, /^(user|password|token): (expected a string|there is a )/);
          assert.doesNotMatch(message, /secret|t0ken|a.b/s);
          return true;
        });
      }
      if (wrong !== "" && wrong !== undefined)
        assert.throws(() => Credentials.external(wrong), { kind: "configuration" });
    }
  });
});

describe("a token", () => {
  const parameters = TlsParameters.builder().addRootCertificate(ca.cert).build();

  async function xoauth2Server(valid: string): Promise<TestServer> {
    return TestServer.start({ tls: "implicit", users: { "me@x.test": valid } });
  }

  function transportTo(server: TestServer, credentials: Credentials): SmtpTransport {
    return SmtpTransport.builder("127.0.0.1")
      .port(server.port)
      .tls(Tls.Wrapper(parameters))
      .credentials(credentials)
      .build();
  }

  it("is fetched when a connection logs in, and once more if it is refused", async () => {
    await using server = await xoauth2Server("fresh");
    const requests: boolean[] = [];
    const credentials = Credentials.token("me@x.test", ({ refused }) => {
      requests.push(refused);
      return refused ? "fresh" : "stale";
    });
    await using transport = transportTo(server, credentials);
    await transport.send(mail);
    await transport.send(mail);
    assert.deepEqual(requests, [false, true]);
    assert.equal(server.messages.length, 2);
  });

  it("ends the send if it is refused again", async () => {
    await using server = await xoauth2Server("other");
    let count = 0;
    const credentials = Credentials.token("me@x.test", () => `stale${++count}`);
    await using transport = transportTo(server, credentials);
    await assert.rejects(transport.send(mail), { kind: "authentication", delivery: "not-sent" });
    assert.equal(count, 2);
  });

  it("is not fetched again if it is given as text", async () => {
    await using server = await xoauth2Server("other");
    await using transport = transportTo(server, Credentials.token("me@x.test", "stale"));
    await assert.rejects(transport.send(mail), { kind: "authentication", permanent: true });
    assert.equal(String(server.transcripts[0]).match(/C: AUTH/g)?.length, 1);
  });

  it("fails the send with the reason if it cannot be fetched or is not valid", async () => {
    await using server = await xoauth2Server("t");
    for (const [source, message] of [
      [
        () => Promise.reject(new Error("identity provider down")),
        /could not be fetched: identity provider down/,
      ],
      [
        () => {
          throw new Error("at once");
        },
        /could not be fetched: at once/,
      ],
      [() => "a\r\nb", /control character at position 1/],
      [() => "", /token: expected a string that is not empty/],
      [() => undefined as unknown as string, /token: expected a string that is not empty/],
    ] as const) {
      await using transport = transportTo(server, Credentials.token("me@x.test", source));
      await assert.rejects(transport.send(mail), { kind: "authentication", delivery: "not-sent", message });
    }
    assert.equal(server.messages.length, 0);
  });
});
