import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSecureContext } from "node:tls";
import { CertificateAuthority } from "envoi/testing";
import type { TlsExpectations } from "#src/net/client/tls.js";
import { greeting } from "#src/protocol/dialogues/hello.js";
import { startTls } from "#src/protocol/dialogues/starttls.js";
import { connected, timeouts } from "./connected.js";

const quiet = () => {};
const ca = await CertificateAuthority.shared();
const trusting: TlsExpectations = { name: "localhost", context: createSecureContext({ ca: ca.cert }) };

describe("STARTTLS", () => {
  it("encrypts, and what was read before is forgotten", async () => {
    await using c = await connected(async (peer) => {
      await peer.answer("220 go ahead");
      await peer.secure(ca.issue());
      peer.say("220 under TLS");
    });
    await c.connection.play(startTls());
    const facts = await c.connection.secure(trusting);
    assert.equal(facts.protocol, "TLSv1.3");
    assert.equal(facts.verified, true);
    assert.equal((await c.connection.play(greeting())).lines[0], "under TLS");
    assert.equal(c.connection.loopback, true);
  });

  for (const [what, injected] of [
    ["a reply", "250 injected\r\n"],
    ["many replies", "250-a\r\n250 b\r\n250 c\r\n"],
    ["part of a reply", "250 inj"],
    ["a goodbye", "421 bye\r\n"],
    ["what is no reply", "EHLO?\r\n"],
  ]) {
    it(`is an attack if ${what} follows it unencrypted`, async () => {
      await using c = await connected(async (peer) => {
        await peer.hear();
        peer.send(`220 go\r\n${injected}`);
        await peer.closed();
      });
      await c.connection.play(startTls());
      await assert.rejects(c.connection.secure(trusting), {
        kind: "tls",
        phase: "starttls",
        transient: false,
        permanent: false,
        message: /an attacker may have inserted them/,
      });
      await c.server.peers[0]?.closed();
      assert.equal(c.server.peers[0]?.received.toString(), "STARTTLS\r\n");
    });
  }

  it("followed by clear text instead of a handshake fails", async () => {
    await using c = await connected(async (peer) => {
      await peer.answer("220 go ahead");
      await peer.octets("STARTTLS\r\n".length + 1);
      peer.say("250 what did you say?");
    });
    await c.connection.play(startTls());
    await assert.rejects(c.connection.secure(trusting), {
      kind: "tls",
      phase: "tls",
      message: /does not speak TLS/,
    });
    assert.equal(c.connection.broken, true);
  });
});

describe("a handshake", () => {
  it("with a server that speaks no TLS names the likely mistake", async () => {
    await using c = await connected((peer) => peer.say("220 mail.example.org ESMTP"));
    await assert.rejects(c.connection.secure(trusting), {
      kind: "tls",
      message: /does not speak TLS on this port: use Tls\.Required/,
    });
  });

  it("that stalls ends at its limit", async () => {
    await using c = await connected(quiet);
    const handshake = c.connection.secure(trusting);
    await c.server.peers[0]?.octets(1);
    c.clock.turn(timeouts.connect);
    await assert.rejects(handshake, { kind: "timeout", phase: "tls" });
    await c.closed;
    assert.equal(c.clock.timers, 0);
  });

  for (const end of ["cut", "reset", "halfClose"] as const) {
    it(`that the server leaves by ${end} is a broken connection, and may pass later`, async () => {
      await using c = await connected(async (peer) => {
        await peer.octets(1);
        peer[end]();
      });
      await assert.rejects(c.connection.secure(trusting), {
        kind: "connection",
        phase: "tls",
        transient: true,
        permanent: false,
      });
    });
  }

  it("that is followed at once by the end of the connection is noticed as such", async () => {
    await using c = await connected(async (peer) => {
      await peer.secure(ca.issue());
      peer.cut();
    });
    const answer = c.connection.secure(trusting).then(() => c.connection.play(greeting()));
    await assert.rejects(answer, ({ kind }) => kind === "connection" || kind === "tls");
  });

  it("that is followed at once by octets that are no TLS is the end, and nothing else", async () => {
    await using c = await connected(async (peer) => {
      await peer.secure(
        ca.issue(),
        Buffer.from("\x17\x03\x03\x00\x20this is no record of this session", "latin1"),
      );
    });
    const answer = c.connection.secure(trusting).then(() => c.connection.play(greeting()));
    await assert.rejects(answer, ({ kind }) => kind === "connection" || kind === "tls");
    await c.closed;
  });
});

describe("TLS on a plaintext port", () => {
  it("is recognised by its first octets", async () => {
    for (const record of [
      [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46, 0x0a],
      [0x16, 0x03, 0x03, 0x00, 0x05, 0x0a],
    ]) {
      await using c = await connected((peer) => peer.send(Buffer.from(record)));
      await assert.rejects(c.connection.play(greeting()), {
        kind: "tls",
        phase: "greeting",
        permanent: true,
        message: /use Tls\.Wrapper/,
      });
    }
  });
});

describe("a certificate", () => {
  const problems: [string, Promise<{ key: string; cert: string }>, RegExp][] = [
    ["that has expired", Promise.resolve(ca.issue({ notAfter: new Date(0) })), /expired on Jan {2}1/],
    [
      "for another name",
      Promise.resolve(ca.issue({ names: ["other.test"] })),
      /another name than localhost.*other\.test/,
    ],
    ["signed by itself", CertificateAuthority.selfSigned(), /is self-signed/],
    [
      "of an unknown authority",
      CertificateAuthority.create("other").then((other) => other.issue()),
      /authority that is not trusted here/,
    ],
    [
      "with the name in its subject only",
      Promise.resolve(ca.issue({ names: ["127.0.0.1"], subject: "localhost" })),
      /another name than localhost/,
    ],
  ];
  for (const [what, issued, message] of problems) {
    it(`${what} ends the connection before a word is said`, async () => {
      const certificate = await issued;
      await using c = await connected(async (peer) => {
        await peer.secure(certificate);
        await peer.closed();
      });
      await assert.rejects(c.connection.secure(trusting), {
        kind: "tls",
        phase: "tls",
        transient: false,
        permanent: false,
        message,
      });
    });

    it(`${what} is noted, and no more, where that is enough`, async () => {
      const certificate = await issued;
      await using c = await connected(async (peer) => {
        await peer.secure(certificate);
        peer.say("220 hi");
      });
      let noted = "";
      const facts = await c.connection.secure({
        ...trusting,
        tolerant: true,
        unverified: (reason) => {
          noted = reason;
        },
      });
      assert.equal(facts.verified, false);
      assert.match(noted, message);
      assert.equal((await c.connection.play(greeting())).lines[0], "hi");
    });
  }

  it("for an IP address is judged by that address", async () => {
    const certificate = ca.issue({ names: ["127.0.0.1"] });
    await using c = await connected((peer) => peer.secure(certificate));
    assert.equal((await c.connection.secure({ ...trusting, name: "127.0.0.1" })).verified, true);
    await using other = await connected((peer) => peer.secure(certificate));
    await assert.rejects(other.connection.secure({ ...trusting, name: "127.0.0.2" }), /another name/);
  });
});

describe("what a login can be bound to", () => {
  it("is empty without TLS, and known under TLS until the connection has ended", async () => {
    await using c = await connected(async (peer) => {
      await peer.secure(ca.issue());
      await peer.hear();
      peer.cut();
    });
    assert.equal(c.connection.channelBindings().size, 0);
    await c.connection.secure(trusting);
    assert.deepEqual([...c.connection.channelBindings().keys()], ["tls-exporter", "tls-server-end-point"]);
    await assert.rejects(c.connection.play(startTls()), { kind: "connection" });
    assert.throws(() => c.connection.channelBindings(), { kind: "connection" });
  });
});
