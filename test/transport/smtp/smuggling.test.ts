import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EnvoiError, type SmtpTransport } from "envoi";
import { cut } from "../../cut.js";
import { TestServer } from "./test-server.js";

const envelope = { from: "a@x.test", to: ["b@y.test"] };
const header = "Subject: x\r\n\r\n";
/** What one server or another has taken for the end of content, with a command behind it. */
const ends = ["\r\n.\r\n", "\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r"];
const bodies = ends.map((end) => `a${end}MAIL FROM:<e@x>${end}b\r\n.\r\n`);
const modes = ["off", "auto", "window"] as const;

/** Octets whole, cut in two at every place, and one by one. */
function cuttings(text: string): readonly (readonly Buffer[])[] {
  const octets = Buffer.from(text);
  const places = [...octets.keys()];
  return [...places.map((place) => cut(octets, [place])), cut(octets, places)];
}

/** Sends of a stream of these octets, however it is cut. */
function streams(text: string): readonly ((transport: SmtpTransport) => Promise<unknown>)[] {
  return cuttings(text).map((pieces) => (transport) => {
    return transport.sendRaw(envelope, async function* () {
      yield* pieces;
    });
  });
}

/** So many at once that they go in a window if it was asked for. */
async function outcomes(
  server: TestServer,
  mode: (typeof modes)[number],
  sends: readonly ((transport: SmtpTransport) => Promise<unknown>)[],
): Promise<readonly ("accepted" | "not-sent")[]> {
  await using transport = server.builder().pool({ maxSize: 1 }).pipelining(mode).build();
  const results = await Promise.allSettled(sends.map((send) => send(transport)));
  return results.map((result) => {
    if (result.status === "fulfilled") return "accepted";
    assert.ok(EnvoiError.is(result.reason), String(result.reason));
    assert.equal(result.reason.delivery, "not-sent", String(result.reason));
    return "not-sent";
  });
}

/** The mails that the server has, none of which has a CR or an LF by itself. */
function stored(server: TestServer): readonly string[] {
  return server.messages.map(({ raw }) => {
    const wire = raw.toString("latin1");
    assert.doesNotMatch(wire, /\r(?!\n)|(?<!\r)\n/);
    return wire;
  });
}

describe("a sequence that looks like the end of content", () => {
  for (const mode of modes) {
    it(`is text in the text of a mail (${mode})`, async () => {
      await using server = await TestServer.start();
      const mails = bodies.map((text) => ({ from: "a@x.test", to: "b@y.test", subject: "x", text }));
      const told = await outcomes(
        server,
        mode,
        mails.map((mail) => (transport) => transport.send(mail)),
      );
      assert.deepEqual(
        told,
        bodies.map(() => "accepted"),
      );
      assert.equal(stored(server).length, bodies.length);
      const lines = (text: string) => text.replaceAll("\r\n", "\n");
      assert.deepEqual(
        server.messages.map(({ parsed }) => lines(parsed.text ?? "")),
        bodies.map(lines),
      );
    });

    it(`is content or refused in raw bytes (${mode})`, async () => {
      await using server = await TestServer.start();
      const told = await outcomes(
        server,
        mode,
        bodies.map((body) => (transport) => transport.sendRaw(envelope, Buffer.from(header + body))),
      );
      // All but the first have line ends of more than one kind.
      assert.deepEqual(
        told,
        bodies.map((_, index) => (index === 0 ? "accepted" : "not-sent")),
      );
      assert.deepEqual(stored(server), [header + bodies[0]]);
    });

    it(`is the same in a stream, wherever it is split (${mode})`, async () => {
      await using server = await TestServer.start();
      const told = await outcomes(
        server,
        mode,
        bodies.flatMap((body) => streams(header + body)),
      );
      const whole = streams(header + bodies[0]).length;
      assert.deepEqual(
        told,
        told.map((_, index) => (index < whole ? "accepted" : "not-sent")),
      );
      assert.deepEqual(new Set(stored(server)), new Set([header + bodies[0]]));
      assert.equal(server.messages.length, whole);
    });

    it(`is content with CRLF line ends if every line end was LF (${mode})`, async () => {
      await using server = await TestServer.start();
      const text = "Subject: x\n\na\n.\nMAIL FROM:<e@x>\n.\n";
      const told = await outcomes(server, mode, [
        (transport) => transport.sendRaw(envelope, Buffer.from(text)),
        ...streams(text),
      ]);
      assert.deepEqual(new Set(told), new Set(["accepted"]));
      assert.deepEqual(new Set(stored(server)), new Set([text.replaceAll("\n", "\r\n")]));
      assert.equal(server.messages.length, told.length);
    });
  }
});
