import assert from "node:assert/strict";
import { sign } from "node:crypto";
import { describe, it } from "node:test";
import {
  Attachment,
  type DkimOptions,
  DkimSigner,
  type DkimSignRequest,
  type Signer,
  SmtpTransport,
  Tls,
} from "envoi";
import type { SmtpTransportBuilder } from "#src/transport/smtp/smtp-transport.js";
import { HandClock } from "../../net/hand-clock.js";
import { ScriptedServer } from "../../net/scripted-server.js";
import { ed25519, messageVector, rsa, zone } from "../../signing/keys.js";
import { verify } from "../../signing/verify.js";
import { clearTo, said, serve, until } from "./serve.js";
import { TestServer } from "./test-server.js";
import { turnedBy } from "./turned.js";

const mail = { from: "a@example.com", to: "b@example.org", subject: "hi", text: "gr\u00fc\u00dfe  \n\n" };
const envelope = { from: "a@example.com", to: ["b@example.org"] };

function to(server: TestServer): SmtpTransportBuilder {
  return SmtpTransport.builder("127.0.0.1").port(server.port).tls(Tls.None);
}

function dkim(selector: "rsa" | "ed25519", options: Partial<DkimOptions> = {}): Signer {
  const key = selector === "rsa" ? rsa : ed25519;
  return DkimSigner.create({ domain: "example.com", selector, key, ...options });
}

/** A signer whose key is behind a function. */
function remote(answer: (request: DkimSignRequest) => Promise<Uint8Array>): Signer {
  return dkim("ed25519", { algorithm: "ed25519-sha256", key: answer });
}

function selectors(message: Buffer | undefined): (string | undefined)[] {
  return verify(message ?? assert.fail("no mail came"), zone).map((tags) => tags.get("s"));
}

describe("a transport with signers", () => {
  it("signs what it sends, beside the signers of the message", async () => {
    await using server = await TestServer.start();
    await using transport = to(server)
      .sign([dkim("rsa"), dkim("ed25519")])
      .build();
    await transport.send(mail);
    await transport.send({ ...mail, sign: dkim("ed25519") });
    assert.deepEqual(selectors(server.messages[0]?.raw), ["rsa", "ed25519"]);
    assert.deepEqual(selectors(server.messages[1]?.raw), ["ed25519", "rsa", "ed25519"]);
    // Nothing on the way has a reason to encode it anew.
    assert.doesNotMatch(String(server.transcripts[0]), /BODY=/);
    assert.doesNotMatch(server.messages[0]?.raw.toString("latin1") ?? "", /[\x80-\xff]/);
  });

  it("sends a message that signs itself, without signers of its own", async () => {
    await using server = await TestServer.start();
    await server.transport().send({ ...mail, sign: remote(async ({ data }) => sign(null, data, ed25519)) });
    assert.deepEqual(selectors(server.messages[0]?.raw), ["ed25519"]);
    assert.match(String(server.transcripts[0]), new RegExp(`SIZE=${server.messages[0]?.raw.length}\\b`));
  });

  it("signs a mail of streams, and declares its size", async () => {
    await using server = await TestServer.start();
    await using transport = to(server).sign(dkim("rsa")).build();
    for (const blocks of [2, 40]) {
      const file = Attachment.fromStream("x.bin", async function* () {
        for (let index = 0; index < blocks; index++) yield Buffer.alloc(50_000, index);
      });
      await transport.send({ ...mail, attach: file });
      const raw = server.messages.at(-1)?.raw;
      assert.deepEqual(selectors(raw), ["rsa"]);
      assert.match(String(server.transcripts[0]), new RegExp(`SIZE=${raw?.length}\\b`));
    }
  });

  it("signs raw mail unchanged, as bytes and as a stream", async () => {
    await using server = await TestServer.start();
    await using transport = to(server)
      .sign([dkim("rsa"), dkim("ed25519")])
      .build();
    const raw = messageVector("test_extra.message");
    await transport.sendRaw(envelope, raw);
    await transport.sendRaw(envelope, async function* () {
      for (const octet of raw) yield Buffer.of(octet);
    });
    const eightBit = Buffer.from("From:  a@example.com\nX:y\n\ngr\u00fc\u00dfe \n\n\n");
    await transport.sendRaw(envelope, eightBit);
    for (const { raw: sent } of server.messages) assert.deepEqual(selectors(sent), ["rsa", "ed25519"]);
    for (const index of [0, 1]) assert.deepEqual(server.messages[index]?.raw.subarray(-raw.length), raw);
    const asLines = Buffer.from(eightBit.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
    assert.deepEqual(server.messages[2]?.raw.subarray(-asLines.length), asLines);
  });

  it("sends no raw mail that cannot be signed, and keeps the connection", async () => {
    await using server = await TestServer.start();
    await using transport = to(server).sign(dkim("rsa")).build();
    const refused = { kind: "message", delivery: "not-sent", permanent: true };
    await assert.rejects(transport.sendRaw(envelope, messageVector("test_nofrom.message")), {
      ...refused,
      message: /expected a From field to sign by DKIM/,
    });
    const broken = Buffer.from("From: a@example.com\r\nno field\r\n\r\nx\r\n");
    await assert.rejects(transport.sendRaw(envelope, broken), {
      ...refused,
      message: /expected a field in line 2/,
    });
    await assert.rejects(
      transport.sendRaw(envelope, async function* () {
        yield broken;
      }),
      { ...refused, message: /expected a field in line 2/ },
    );
    await transport.send(mail);
    assert.equal(server.transcripts.length, 1);
    assert.equal(String(server.transcripts[0]).match(/MAIL FROM/g)?.length, 1);
  });

  it("sends nothing of a mail whose signature fails, and keeps the connection", async () => {
    await using server = await TestServer.start();
    let failing = true;
    const signer = remote(async ({ data }) => {
      if (failing) throw new Error("access denied");
      return sign(null, data, ed25519);
    });
    await using transport = to(server).sign(signer).build();
    await assert.rejects(transport.send(mail), {
      kind: "content",
      delivery: "not-sent",
      message: /could not be signed: access denied/,
    });
    failing = false;
    await transport.send(mail);
    assert.equal(server.transcripts.length, 1);
    assert.equal(String(server.transcripts[0]).match(/MAIL FROM/g)?.length, 1);
    assert.deepEqual(selectors(server.messages[0]?.raw), ["ed25519"]);
  });

  it("waits for a signature until the deadline, and aborts the signer", async () => {
    const clock = new HandClock();
    await using server = await ScriptedServer.start((peer) => serve(peer));
    let signal: AbortSignal | undefined;
    const signer = remote((request) => {
      signal = request.signal;
      return new Promise(() => {});
    });
    const builder = turnedBy(clock, "127.0.0.1").port(server.port).tls(Tls.None).sign(signer);
    await using transport = builder.build();
    const sent = transport.send(mail, { deadline: 5_000 });
    await until(() => signal !== undefined);
    clock.turn(5_001);
    await assert.rejects(sent, { kind: "timeout", delivery: "not-sent" });
    assert.equal(signal?.aborted, true);
    assert.ok(!said(server.peers[0]).some((line) => line.startsWith("MAIL")));
  });

  it("tries a mail again with the same signature", async () => {
    await using server = await ScriptedServer.start((peer, nth) => {
      let mails = 0;
      return serve(peer, {
        MAIL: () => {
          mails++;
          if (nth === 1 && mails === 2) peer.cut();
          else peer.say("250 ok");
        },
      });
    });
    let asked = 0;
    const signer = remote(async ({ data }) => {
      asked++;
      return sign(null, data, ed25519);
    });
    await using transport = clearTo(server).pool({ maxSize: 1 }).sign(signer).build();
    await transport.send(mail);
    await transport.send(mail);
    assert.equal(server.peers.length, 2);
    assert.equal(asked, 2);
  });

  it("accepts only signers", () => {
    const builder = SmtpTransport.relay("mail.example.com");
    for (const other of [undefined, null, {}, "x", [dkim("rsa"), {}]]) {
      assert.throws(() => builder.sign(other as never), {
        kind: "configuration",
        message: /sign: expected a Signer/,
      });
    }
  });
});
