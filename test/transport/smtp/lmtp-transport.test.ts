import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { LmtpTransport, SmtpError, SmtpTransport, Tls, TlsParameters } from "envoi";
import { CertificateAuthority } from "envoi/testing";
import { type Peer, ScriptedServer } from "../../net/scripted-server.js";
import { said } from "./serve.js";
import { TestServer } from "./test-server.js";

const folder = await mkdtemp(join(tmpdir(), "envoi-"));
after(() => rm(folder, { recursive: true }));

const mail = { from: "a@x.test", to: ["b@y.test", "c@y.test", "d@y.test"], subject: "hi", text: "hello" };

/** Serves LMTP for one mail after the other: the second recipient has no mailbox, and the last a full one. */
async function serveLmtp(peer: Peer): Promise<void> {
  peer.say("220 mailboxes.test LMTP");
  for (;;) {
    const line = await peer.hear();
    if (line.startsWith("LHLO ")) peer.say("250-mailboxes.test", "250-ENHANCEDSTATUSCODES", "250 PIPELINING");
    else if (line.startsWith("RCPT TO:<c@")) peer.say("550 5.1.1 no such mailbox");
    else if (line === "QUIT") return peer.say("221 bye");
    else if (line === "DATA") {
      peer.say("354 go");
      await peer.hearContent();
      peer.say("250 2.1.5 delivered", "452 4.2.2 mailbox full");
    } else peer.say("250 ok");
  }
}

describe("LmtpTransport", () => {
  it("sends LHLO, and gets a reply for each accepted recipient", async () => {
    const path = join(folder, "lmtp");
    await using tcp = await ScriptedServer.start(serveLmtp);
    await using unix = await ScriptedServer.start(serveLmtp, { path });
    for (const [server, builder] of [
      [tcp, LmtpTransport.builder("127.0.0.1").port(tcp.port)],
      [tcp, LmtpTransport.fromUrl(`lmtp://127.0.0.1:${tcp.port}`)],
      [tcp, SmtpTransport.fromUrl(`lmtp://127.0.0.1:${tcp.port}`)],
      [unix, LmtpTransport.unixSocket(path)],
      [unix, LmtpTransport.fromUrl(`lmtp+unix://${path}`)],
      [unix, SmtpTransport.fromUrl(`lmtp+unix://${path}`)],
    ] as const) {
      await using transport = builder.build();
      for (const _ of [1, 2]) {
        const { recipients, accepted } = await transport.send(mail);
        assert.deepEqual(
          recipients.map(({ recipient, outcome, reply }) => `${recipient} ${outcome} ${reply}`),
          [
            "b@y.test accepted 250 2.1.5 delivered",
            "c@y.test refused 550 5.1.1 no such mailbox",
            "d@y.test refused 452 4.2.2 mailbox full",
          ],
        );
        assert.equal(accepted.length, 1);
      }
      await transport.close();
      const lines = said(server.peers.at(-1));
      assert.match(lines[0] ?? "", /^LHLO \S/);
      assert.equal(lines.filter((line) => /^(?:EHLO|HELO)/.test(line)).length, 0);
      assert.equal(lines.at(-2), "QUIT");
    }
  });

  it("reports what is known of each recipient when the replies end early", async () => {
    await using server = await ScriptedServer.start(async (peer) => {
      peer.say("220 mailboxes.test LMTP");
      await peer.answer("250-mailboxes.test", "250 PIPELINING");
      await peer.answer("250 ok", "250 ok", "250 ok", "250 ok", "354 go");
      await peer.hearContent();
      peer.say("250 2.1.5 delivered", "452 4.2.2 mailbox full");
      peer.halfClose();
    });
    await using transport = LmtpTransport.builder("127.0.0.1").port(server.port).build();
    const error: unknown = await transport.send(mail).catch((error: unknown) => error);
    assert.ok(error instanceof SmtpError);
    assert.equal(error.delivery, "unknown");
    assert.deepEqual(
      error.report.recipients.map(({ outcome }) => outcome),
      ["accepted", "refused", "unknown"],
    );
  });

  it("does not fall back to SMTP, and says that the server may speak it", async () => {
    await using server = await TestServer.start();
    await using transport = LmtpTransport.builder("127.0.0.1").port(server.port).build();
    await assert.rejects(transport.send(mail), {
      kind: "rejected",
      phase: "hello",
      message: /refused LHLO; is it an LMTP server\?/,
    });
    assert.equal(server.messages.length, 0);
  });

  it("tests a connection, by STARTTLS too", async () => {
    const authority = await CertificateAuthority.shared();
    await using server = await TestServer.start({ lmtp: true, tls: "starttls" });
    const parameters = TlsParameters.builder().addRootCertificate(authority.cert).build();
    await using transport = LmtpTransport.builder("127.0.0.1")
      .port(server.port)
      .tls(Tls.Required(parameters))
      .build();
    const { name, greeting, tls } = await transport.testConnection();
    assert.deepEqual([name, tls?.verified], ["localhost", true]);
    assert.match(greeting, /LMTP/);
  });

  it("reaches an LMTP TestServer by its URL, its environment and its own transport", async () => {
    for (const tls of ["none", "starttls", "implicit"] as const) {
      await using server = await TestServer.start({ lmtp: true, tls });
      await server.transport().send(mail);
      assert.equal(server.messages.length, 1);
      assert.match(server.env.SMTP_URL, /^lmtp:/);
      await using transport = LmtpTransport.fromUrl(server.url).build();
      if (tls === "none") await transport.send(mail);
      else await assert.rejects(transport.send(mail), { kind: "tls" });
    }
  });

  it("refuses port 25 (RFC 2033 5)", () => {
    assert.throws(() => LmtpTransport.builder("mail.test").port(25).build(), {
      message: /must not use port 25/,
    });
    LmtpTransport.unixSocket("/run/lmtp").port(25).build();
  });
});
