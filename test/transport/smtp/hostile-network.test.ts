/**
 * What SMTP clients have been caught at, by what they were told or by whom they talked to, and the tests of it:
 *
 * | case | tests |
 * |---|---|
 * | 14 recipients that `sendmail` would read as options | transport/sendmail-transport |
 * | 24 a name for EHLO with a command behind it | here, session/hello-name |
 * | 25 a SIZE with a command behind it, or that is no number | protocol/parameters, requests |
 * | 26 ENVID and ORCPT that need xtext, or cannot be | protocol/parameters, protocol/xtext, requests |
 * | 27 user, password and token with NUL or line ends | login/credentials, builder, url/url, proxy |
 * | 28 text and octets that look like the end of content | smuggling |
 * | 30 replies without end, and what is no reply | here, protocol/reply, protocol/extensions, net/client/connection |
 * | 31 replies injected before TLS, offers that TLS changes | tls/tls-modes, net/client/secure |
 * | 32 replies without a command, or out of step | net/client/connection, protocol/dialogues/transaction, window |
 * | 33 a trickle | here, net/client/connection, cancellation |
 * | 34 a server that waits for content though nobody is left to get it | protocol/dialogues/transaction and chain |
 * | 38 secrets in what is printed | here, builder, url/url, login, observer/discretion |
 * | 39 certificates that do not verify | tls/tls-modes, proxy, login/credentials, login/refresh-token |
 * | 40 what two transports to one host share | here, login/log-in, tls/resumption |
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { Credentials, LmtpTransport, SmtpTransport, Tls, TlsParameters } from "envoi";
import { CertificateAuthority } from "envoi/testing";
import { HandClock } from "../../net/hand-clock.js";
import { type Peer, ScriptedServer } from "../../net/scripted-server.js";
import { given } from "./given.js";
import { clearTo, mail, said, serve, until } from "./serve.js";

const authority = await CertificateAuthority.shared();

describe("a name for EHLO", () => {
  for (const name of [
    "a\r\nMAIL FROM:<x>",
    "a\nb",
    "a\0b",
    "a b",
    "",
    "a<b",
    "-a",
    "[127.0.0.1\r\n]",
    "[x]",
  ]) {
    it(`is not valid as ${JSON.stringify(name)}, in every option that sets it`, () => {
      const builder = SmtpTransport.relay("relay.test");
      assert.throws(() => builder.helloName(name), { kind: "address", message: /helloName/ });
      for (const scheme of ["smtps", "smtp", "lmtp"]) {
        const url = `${scheme}://relay.test?helloName=${encodeURIComponent(name)}`;
        const begin = scheme === "lmtp" ? LmtpTransport.fromUrl : SmtpTransport.fromUrl;
        assert.throws(() => begin(url), { kind: "address", message: /helloName/ });
      }
    });
  }
});

describe("a server that never stops", () => {
  const endless: readonly (readonly [string, string])[] = [
    ["greeting without a line end", "x".repeat(65_536)],
    ["greeting of lines", "220-again\r\n".repeat(6000)],
    ["line of white space", `220 ${" ".repeat(65_536)}`],
  ];
  for (const [what, piece] of endless) {
    it(`is left before it has sent much (${what})`, async () => {
      await using server = await ScriptedServer.start(async (peer) => {
        let written = 0;
        let gone = false;
        void peer.closed().then(() => {
          gone = true;
        });
        while (!gone) {
          assert.ok(written < 100_000_000, "the client is still listening");
          peer.send(piece);
          written += piece.length;
          await new Promise((resolve) => setImmediate(resolve));
        }
      });
      await using transport = clearTo(server).build();
      await assert.rejects(transport.testConnection(), { kind: "protocol", phase: "greeting" });
    });
  }
});

describe("a proxy that trickles", () => {
  it("does not extend the connect timeout", async () => {
    const answers = { http: "HTTP/1.1 200 OK\r\nX: ", socks5: "\x05\x00\x05\x00\x00\x03\xff" };
    for (const [scheme, answer] of Object.entries(answers)) {
      const clock = new HandClock();
      let dripped = 0;
      await using proxy = await ScriptedServer.start(async (peer) => {
        await until(() => peer.pending);
        for (const octet of Buffer.from(answer.padEnd(100, "x"), "latin1")) {
          peer.send(Buffer.of(octet));
          await new Promise((resolve) => setImmediate(resolve));
          clock.turn(1000);
          dripped++;
        }
      });
      await using transport = given({ clock }, "relay.test")
        .tls(Tls.None)
        .proxy(`${scheme}://127.0.0.1:${proxy.port}`)
        .timeout({ connect: 5000 })
        .build();
      await assert.rejects(transport.send(mail), { kind: "timeout", phase: "connect" });
      assert.ok(dripped <= 5, `${dripped} octets`);
      await proxy.peers[0]?.closed();
    }
  });
});

describe("two transports to one host", () => {
  const secured =
    (name: string) =>
    async (peer: Peer): Promise<void> => {
      await peer.secure(authority.issue({ names: [name] }));
      await serve(peer, { AUTH: "235 welcome" }, ["AUTH PLAIN"]);
    };

  it("share neither the certificate's expected name nor TLS sessions", async () => {
    await using server = await ScriptedServer.start(secured("one.test"));
    const to = (name: string) =>
      given({ resolve: async () => ["127.0.0.1"] }, "relay.test")
        .port(server.port)
        .tls(Tls.Wrapper(TlsParameters.builder(name).addRootCertificate(authority.cert).build()))
        .credentials(Credentials.password("tenant", "s3cret"))
        .build();
    await using one = to("one.test");
    await using two = to("two.test");
    await one.testConnection();
    await assert.rejects(two.testConnection(), { kind: "tls", message: /another name than two\.test/ });
    await one.testConnection();
    await assert.rejects(two.send(mail), { kind: "tls", delivery: "not-sent" });
    assert.deepEqual(
      server.peers.map((peer) => /AUTH/.test(String(said(peer)))),
      [true, false, true, false],
    );
  });

  it("share no DNS lookup: each asks again for each connection", async () => {
    await using server = await ScriptedServer.start((peer) => serve(peer));
    const asked: string[] = [];
    const to = (who: string) =>
      given(
        {
          resolve: async (host) => {
            asked.push(`${who} ${host}`);
            return ["127.0.0.1"];
          },
        },
        "relay.test",
      )
        .port(server.port)
        .tls(Tls.None)
        .build();
    await using one = to("one");
    await using two = to("two");
    await one.testConnection();
    await two.testConnection();
    await one.testConnection();
    assert.deepEqual(asked, ["one relay.test", "two relay.test", "one relay.test"]);
  });
});

describe("the login of a proxy", () => {
  it("is in no output of builders, transports and errors", async () => {
    await using proxy = await ScriptedServer.start(async (peer) => {
      await peer.hear();
      peer.send("HTTP/1.1 407 s3cret? bTpzM2NyZXQ=\r\n\r\n");
    });
    for (const scheme of ["http", "https", "socks5"]) {
      const builder = SmtpTransport.builder("relay.invalid").proxy(
        `${scheme}://m:s3cret@127.0.0.1:${proxy.port}`,
      );
      await using transport = builder.timeout({ connect: 200 }).build();
      const error: unknown = await transport.send(mail).catch((error: unknown) => error);
      for (const value of [builder, transport, error, (error as Error).cause]) {
        for (const shown of [inspect(value, { depth: 99, showHidden: true }), JSON.stringify(value) ?? ""]) {
          assert.doesNotMatch(shown, /s3cret|bTpzM2NyZXQ=/);
        }
      }
    }
  });
});
