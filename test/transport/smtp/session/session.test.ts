import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Attachment, EnvoiError, SmtpError, type SmtpTransport, SmtpTransport as Transport } from "envoi";
import { TestServer as Unjudged } from "envoi/testing";
import { mail } from "../serve.js";
import { TestServer } from "../test-server.js";

const octets = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
const attached = { ...mail, attach: Attachment.fromBytes("a.bin", octets, "application/octet-stream") };

function chunked(server: TestServer, mode: "off" | "auto" | "window" = "auto"): SmtpTransport {
  return server.builder().pool({ maxSize: 1 }).pipelining(mode).chunking("auto").build();
}

/** A source that gives so many octets, and then fails, if it is to. */
async function* source(size: number, fails = false): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; at += octets.length)
    yield octets.subarray(0, Math.min(octets.length, size - at));
  if (fails) throw new Error("the disk is gone");
}

function commands(server: TestServer, connection = 0): string[] {
  const lines = server.transcripts[connection]?.lines ?? [];
  return lines.filter(({ from }) => from === "client").map(({ text }) => text);
}

describe('chunking("auto")', () => {
  it("sends attachments unencoded, by BDAT, if the server offers BINARYMIME", async () => {
    for (const mode of ["auto", "window"] as const) {
      await using server = await TestServer.start();
      await using transport = chunked(server, mode);
      await Promise.all([transport.send(attached), transport.send(mail), transport.send(attached)]);
      assert.equal(server.messages.length, 3);
      for (const i of [0, 2]) {
        const { raw, envelope } = server.messages[i] ?? assert.fail();
        assert.ok(raw.includes(octets), "octet for octet");
        assert.equal(envelope.parameters.BODY, "BINARYMIME");
      }
      assert.equal(server.messages[1]?.envelope.parameters.BODY, undefined);
    }
  });

  it("encodes if the server offers BINARYMIME without 8BITMIME, which 8-bit lines need", async () => {
    await using server = await TestServer.start({ without: ["8BITMIME"] });
    for (const row of ["auto", "window"] as const) {
      await using transport = chunked(server, row);
      await transport.send({ ...attached, text: "grüße" });
    }
    assert.equal(server.messages.length, 2);
    for (const { raw } of server.messages) assert.match(raw.toString("latin1"), /^[\0-\x7f]*$/);
  });

  it("takes as many round trips as DATA, alone and in a run", async () => {
    await using server = await TestServer.start();
    await using transport = chunked(server);
    await transport.send(attached);
    assert.equal(server.transcripts[0]?.roundTrips, 5);
    await Promise.all(Array.from({ length: 5 }, () => transport.send(attached)));
    assert.equal(server.transcripts[0]?.roundTrips, 5 + 1 + 5);
  });

  it("encodes if binary is not configured or offered, or pipelining is off", async () => {
    await using server = await TestServer.start();
    await using without = await TestServer.start({ without: ["BINARYMIME"] });
    await using never = server.builder().chunking("never").build();
    for (const transport of [server.transport(), never, chunked(without), chunked(server, "off")]) {
      await transport.send(attached);
    }
    for (const { raw } of [...server.messages, ...without.messages])
      assert.match(raw.toString("latin1"), /base64/);
  });

  it("encodes for a server that calls itself Microsoft", async () => {
    await using server = await TestServer.start();
    server.fail({ at: "greeting", reply: "220 mx MICROSOFT ESMTP" });
    await chunked(server).send(attached);
    assert.match(server.messages[0]?.raw.toString("latin1") ?? "", /base64/);
  });

  it("streams in chunks, in constant memory and byte for byte, whatever the size", async () => {
    await using server = await TestServer.start();
    await using transport = chunked(server);
    for (const size of [0, 1, 262_143, 262_144, 262_145, 1_000_000]) {
      await transport.send({ ...mail, attach: Attachment.fromStream("a.bin", () => source(size)) });
      const raw = server.messages.at(-1)?.raw ?? assert.fail();
      const begin = raw.lastIndexOf("\r\n\r\n") + 4;
      let expected = Buffer.alloc(0);
      for await (const piece of source(size)) expected = Buffer.concat([expected, piece]);
      assert.ok(raw.includes(expected), `${size} from ${begin}`);
    }
    assert.ok(commands(server).includes("BDAT 262144"));
    assert.equal(server.transcripts.length, 1);
  });

  it("takes a mail back if its source fails, and keeps the connection", async () => {
    await using server = await TestServer.start();
    await using transport = chunked(server);
    for (const size of [0, 100, 262_144, 700_000]) {
      const failing = { ...mail, attach: Attachment.fromStream("a.bin", () => source(size, true)) };
      const error = await transport.send(failing).then(
        () => assert.fail("was to fail"),
        (reason) => reason,
      );
      assert.ok(error instanceof SmtpError);
      assert.deepEqual([error.kind, error.delivery], ["content", "not-sent"]);
      assert.match(error.message, /the disk is gone/);
      assert.equal(commands(server).at(-1), "RSET");
      await transport.send(mail);
    }
    assert.equal(server.messages.length, 4);
    assert.equal(server.transcripts.length, 1);
  });

  it("reports the first refused chunk, not what follows from it", async () => {
    await using server = await Unjudged.start();
    server.fail({ at: "bdat", when: { nth: 2 }, reply: "552 5.3.4 too big" });
    server.fail({ at: "bdat", when: { after: 2 }, reply: "503 5.5.1 RSET first" });
    await using transport = chunked(server);
    const large = { ...mail, attach: Attachment.fromStream("a.bin", () => source(700_000)) };
    const error = await transport.send(large).then(
      () => assert.fail("was to fail"),
      (reason) => reason,
    );
    assert.ok(error instanceof SmtpError);
    assert.deepEqual([error.kind, error.delivery, error.reply?.code], ["too-large", "refused", 552]);
    await transport.send(mail);
    assert.equal(server.messages.length, 1);
  });

  it("reports a mail as unknown if the server accepted it without one of its chunks", async () => {
    await using server = await Unjudged.start();
    server.fail({ at: "bdat", when: { nth: 2 }, reply: "552 5.3.4 too big" });
    await using transport = chunked(server);
    const large = { ...mail, attach: Attachment.fromStream("a.bin", () => source(700_000)) };
    await assert.rejects(transport.send(large), { kind: "protocol", delivery: "unknown" });
  });

  it("reports a mail lost between the chunks as not sent, and after the last as unknown", async () => {
    for (const [fault, delivery] of [
      [{ at: "content", octet: 300_000, drop: "before", by: "rst" }, "not-sent"],
      [{ at: "final", drop: "before", by: "rst" }, "unknown"],
    ] as const) {
      await using server = await TestServer.start();
      server.fail({ ...fault, times: 1 });
      await using transport = chunked(server);
      const large = { ...mail, attach: Attachment.fromStream("a.bin", () => source(9_000_000)) };
      const error = await transport.send(large).then(
        () => assert.fail("was to fail"),
        (reason) => reason,
      );
      assert.ok(EnvoiError.is(error));
      assert.equal(error.delivery, delivery);
    }
  });

  it('does not go together with pipelining("window") and "never"', () => {
    const builder = Transport.builder("mail.example.org").pipelining("window").chunking("never");
    assert.throws(() => builder.build(), { kind: "configuration", message: /chunking.*BDAT/ });
  });
});
