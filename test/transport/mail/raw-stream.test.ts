import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, it } from "node:test";
import { DkimSigner, type RawContent, type SendOptions } from "envoi";
import { ScriptedServer } from "../../net/scripted-server.js";
import { ed25519 } from "../../signing/keys.js";
import { clearTo, serve } from "../smtp/serve.js";
import { TestServer } from "../smtp/test-server.js";

const envelope = { from: "a@x.test", to: ["b@y.test"] };
const plain = "Subject: x\r\n\r\nhello\r\n";
const utf8 = "Subject: grüße\r\n\r\nhello\r\n";

/** A stream of these octets, `size` at a time. */
function inPieces(text: string, size: number): () => AsyncGenerator<Buffer> {
  const octets = Buffer.from(text);
  return async function* () {
    for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
  };
}

describe("a raw stream", () => {
  it("goes with SMTPUTF8 only if its header holds UTF-8", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    for (const size of [1, 7, 1000]) {
      await transport.sendRaw(envelope, inPieces(utf8, size));
      await transport.sendRaw(envelope, inPieces(plain, size));
    }
    assert.deepEqual(
      server.messages.map(({ envelope: { parameters } }) => parameters.SMTPUTF8),
      [true, undefined, true, undefined, true, undefined],
    );
    assert.equal(server.messages[0]?.raw.toString(), utf8);
  });

  it("is refused before MAIL, and closed, if the server lacks what its header needs", async () => {
    await using server = await TestServer.start({ without: ["SMTPUTF8"] });
    let released = 0;
    const source = async function* () {
      try {
        yield Buffer.from(utf8);
        yield Buffer.from("more\r\n");
      } finally {
        released++;
      }
    };
    await assert.rejects(server.transport().sendRaw(envelope, source), {
      kind: "unsupported",
      delivery: "not-sent",
      permanent: true,
      message: /header.*SMTPUTF8/,
    });
    assert.equal(released, 1);
    assert.doesNotMatch(String(server.transcripts[0]), /MAIL/);
    await using forbidden = server.builder().smtpUtf8(false).build();
    await assert.rejects(forbidden.sendRaw(envelope, inPieces(utf8, 5)), { kind: "unsupported" });
  });

  it("is closed if the server refuses the mail, and opened again for another attempt", async () => {
    let opened = 0;
    let released = 0;
    const source = async function* () {
      opened++;
      try {
        yield Buffer.from(plain);
      } finally {
        released++;
      }
    };
    await using server = await ScriptedServer.start((peer) => serve(peer, { MAIL: "550 no" }));
    await using transport = clearTo(server).build();
    await assert.rejects(transport.sendRaw(envelope, source), { kind: "rejected" });
    await transport.sendRaw(envelope, source).catch(() => {});
    assert.deepEqual([opened, released], [2, 2]);
  });

  it("that is signed declares SMTPUTF8 if needed, too", async () => {
    const signer = DkimSigner.create({ domain: "x.test", selector: "s", key: ed25519 });
    await using server = await TestServer.start();
    await using transport = server.builder().sign(signer).build();
    await transport.sendRaw(envelope, inPieces(`From: a@x.test\r\n${utf8}`, 9));
    assert.equal(server.messages[0]?.envelope.parameters.SMTPUTF8, true);
  });

  it("that is signed, too long to keep and readable only once is refused with the reason", async () => {
    const signer = DkimSigner.create({ domain: "x.test", selector: "s", key: ed25519 });
    await using server = await TestServer.start();
    await using transport = server.builder().sign(signer).build();
    const once = Readable.from([Buffer.from("From: a@x.test\r\n\r\n"), Buffer.from("x\r\n".repeat(400_000))]);
    await assert.rejects(
      transport.sendRaw(envelope, () => once),
      {
        kind: "content",
        delivery: "not-sent",
        message: /was read before.*above 1 MiB is read twice/s,
      },
    );
    assert.equal(server.messages.length, 0);
  });

  it("that has bytes above 127 far after its header is unsupported without 8BITMIME, like raw bytes", async () => {
    await using server = await TestServer.start({ without: ["8BITMIME"] });
    for (const chunking of ["never", "auto"] as const) {
      await using transport = server.builder().chunking(chunking).build();
      const sent = transport.sendRaw(envelope, inPieces(`A: b\r\n\r\n${"x\r\n".repeat(9)}ü\r\n`, 2));
      await assert.rejects(sent, {
        name: "SmtpError",
        kind: "unsupported",
        delivery: "not-sent",
        permanent: true,
        message: /8BITMIME/,
      });
    }
    assert.equal(server.messages.length, 0);
  });

  it("may be any source of bytes", async () => {
    await using server = await TestServer.start();
    const transport = server.transport();
    const sources: readonly RawContent[] = [
      () => Buffer.from(plain),
      async () => new Blob([plain]),
      () => new Blob([plain]).stream(),
      () => Readable.from([Buffer.from(plain)]),
    ];
    for (const source of sources) await transport.sendRaw(envelope, source);
    assert.deepEqual(
      server.messages.map(({ raw }) => raw.toString()),
      sources.map(() => plain),
    );
  });

  for (const [what, source] of [
    ["nothing", () => undefined],
    ["a text", () => plain],
    ["a number", () => 5],
    ["a stream of texts", () => Readable.from([plain])],
    ["an error", () => Promise.reject(new Error("no such file"))],
  ] as const) {
    it(`that is ${what} is refused before MAIL with our own message`, async () => {
      await using server = await TestServer.start();
      await assert.rejects(server.transport().sendRaw(envelope, source as RawContent), {
        name: "SmtpError",
        kind: "content",
        delivery: "not-sent",
        message: /^sendRaw: /,
      });
      assert.doesNotMatch(String(server.transcripts[0]), /MAIL/);
    });
  }

  it("that never gives its header fails at its deadline", async () => {
    await using server = await TestServer.start();
    const never = async function* (): AsyncGenerator<Buffer> {
      await new Promise(() => {});
    };
    const options: SendOptions = { deadline: 20 };
    await assert.rejects(server.transport().sendRaw(envelope, never, options), { kind: "timeout" });
  });

  it("is sent without a header, however long it is", async () => {
    await using server = await TestServer.start();
    const text = `${"x".repeat(70)}\r\n`.repeat(10_000);
    await server.transport().sendRaw(envelope, inPieces(text, 5000));
    assert.equal(server.messages[0]?.raw.toString(), text);
  });
});
