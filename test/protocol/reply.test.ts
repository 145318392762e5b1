import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatReply, MAX_REPLY_SIZE, Reply, ReplyReader, ReplySyntaxError } from "#src/protocol/reply.js";
import { fc } from "../property.js";

describe("Reply", () => {
  it("tells what it means", () => {
    const { positive, transient, permanent, intermediate } = Reply.of(451, "4.3.0", "Later");
    assert.deepEqual([positive, transient, permanent, intermediate], [false, true, false, false]);
    assert.equal(String(Reply.of(550, "5.1.1", "No such", "user")), "550 5.1.1 No such user");
  });

  it("refuses a code that is none, an enhanced code of another class, and control characters", () => {
    const refused = { kind: "configuration" };
    for (const code of [0, 99, 199, 600, 250.5, Number.NaN])
      assert.throws(() => Reply.of(code, undefined), refused);
    for (const enhanced of ["4.1.1", "5.1", "5.1.1.1", "5.1.1 ", "5.1111.1", "3.0.0"]) {
      assert.throws(() => Reply.of(550, enhanced, "x"), refused, enhanced);
    }
    for (const text of ["a\r\nb", "a\nb", "a\rb", "a\0b", "\x1b[2J"]) {
      assert.throws(() => Reply.of(550, "5.0.0", text), refused, JSON.stringify(text));
    }
  });

  it("does not change when the array it was made of does", () => {
    const lines = ["one"];
    const reply = new Reply({ code: 250, lines });
    lines[0] = "two\r\n250 three";
    assert.equal(formatReply(reply), "250 one\r\n");
  });

  it("is written with both codes on every line", () => {
    assert.equal(formatReply(Reply.of(250, "2.0.0", "a", "b")), "250-2.0.0 a\r\n250 2.0.0 b\r\n");
    assert.equal(formatReply(Reply.of(354, undefined, "")), "354 \r\n");
    assert.equal(formatReply(new Reply({ code: 250, lines: [] })), "250 \r\n");
  });
});

/** The replies in the octets, which come whole, cut in two at every place, and one by one. */
function read(wire: string | Buffer): Reply[] {
  const octets = Buffer.from(wire);
  const whole = new ReplyReader().push(octets);
  const everywhere = Array.from(octets, (_, index) => octets.subarray(index, index + 1));
  const cuts = everywhere.map((_, cut) => [octets.subarray(0, cut), octets.subarray(cut)]);
  for (const pieces of [everywhere, ...cuts]) {
    const reader = new ReplyReader();
    assert.deepEqual(
      pieces.flatMap((piece) => reader.push(piece)),
      whole,
    );
  }
  return whole;
}

describe("ReplyReader", () => {
  it("reads replies of one line and of many, with enhanced codes and without", () => {
    assert.deepEqual(read("220 hi\r\n250-a\r\n250-b\r\n250 c\r\n550 5.1.1 no\r\n"), [
      Reply.of(220, undefined, "hi"),
      Reply.of(250, undefined, "a", "b", "c"),
      Reply.of(550, "5.1.1", "no"),
    ]);
  });

  it("takes a bare LF for the end of a line, a code alone for a reply, and codes that RFC 5321 does not have", () => {
    assert.deepEqual(read("250-a\n250 b\n354\r\n571 x\r\n"), [
      Reply.of(250, undefined, "a", "b"),
      Reply.of(354, undefined, ""),
      Reply.of(571, undefined, "x"),
    ]);
  });

  it("takes an enhanced code away where it stands, and no more than that", () => {
    assert.deepEqual(read("550-5.1.1 a\r\n550-5.1.12 b\r\n550 5.1.1\r\n"), [
      Reply.of(550, "5.1.1", "a", "5.1.12 b", ""),
    ]);
    assert.deepEqual(read("250 5.1.1 x\r\n"), [Reply.of(250, undefined, "5.1.1 x")]);
  });

  it("reads text as UTF-8, else as Latin-1, and shows control characters as such", () => {
    assert.equal(read("250 Grüße\r\n")[0]?.lines[0], "Grüße");
    assert.equal(read(Buffer.from("250 Gr\xfc\xdfe\r\n", "latin1"))[0]?.lines[0], "Grüße");
    assert.equal(read("250 a\0\x1b[2J\rb\r\n")[0]?.lines[0], "a\ufffd\ufffd[2J\ufffdb");
  });

  it("refuses what is no reply", () => {
    for (const wire of [
      "99 x",
      "100 x",
      "600 x",
      "250x",
      "25",
      "abc",
      "",
      "250\tx",
      " 250 x",
      "250-a\r\n251 b",
    ]) {
      assert.throws(() => new ReplyReader().push(Buffer.from(`${wire}\r\n`)), ReplySyntaxError, wire);
    }
  });

  it("refuses a reply without end, in lines and in a line", () => {
    const lines = Buffer.from("250-x\r\n".repeat(MAX_REPLY_SIZE / 7 + 1));
    assert.throws(() => new ReplyReader().push(lines), ReplySyntaxError);
    const reader = new ReplyReader();
    const piece = Buffer.alloc(1024, 0x61);
    assert.throws(() => {
      for (let i = 0; i <= MAX_REPLY_SIZE / 1024; i++) reader.push(piece);
    }, ReplySyntaxError);
  });

  it("counts each reply for itself", () => {
    assert.equal(new ReplyReader().push(Buffer.from("250 x\r\n".repeat(20_000))).length, 20_000);
  });

  it("is one object for a line that comes again, which nobody can change", () => {
    const reader = new ReplyReader();
    const push = (wire: string) => reader.push(Buffer.from(wire));
    const [first, other, again] = push("250 2.1.0 Ok\r\n354 Go on\r\n250 2.1.0 Ok\r\n");
    assert.notEqual(first, other);
    assert.equal(first, again);
    assert.ok(Object.isFrozen(first) && Object.isFrozen(first?.lines));
    const [long] = push("250-2.1.0 Two\r\n250 2.1.0 Ok\r\n");
    assert.deepEqual(long?.lines, ["Two", "Ok"]);
    for (let at = 0; at < 100; at++) assert.deepEqual(push(`250 2.0.0 ${at}\r\n`)[0]?.lines, [`${at}`]);
    assert.equal(String(push("250 2.1.0 Ok\r\n")[0]), "250 2.1.0 Ok");
  });

  it("counts no repeated line for a reply that is too long", () => {
    const reader = new ReplyReader();
    const line = Buffer.from(`250 ${"x".repeat(60)}\r\n`);
    for (let octets = 0; octets <= 2 * MAX_REPLY_SIZE; octets += line.length) reader.push(line);
    assert.equal(reader.empty, true);
  });

  it("tells whether a reply is under way", () => {
    const reader = new ReplyReader();
    assert.equal(reader.empty, true);
    reader.push(Buffer.from("250-x\r\n"));
    assert.equal(reader.empty, false);
    reader.push(Buffer.from("250 x\r\n"));
    assert.equal(reader.empty, true);
  });

  it("reads what was written", () => {
    const text = fc.stringMatching(/^[ -~à-ÿ]{0,20}$/).filter((line) => !/^[245]\./.test(line));
    const reply = fc
      .tuple(
        fc.constantFrom(250, 354, 451, 550),
        fc.boolean(),
        fc.array(text, { minLength: 1, maxLength: 3 }),
      )
      .map(([code, coded, lines]) =>
        Reply.of(code, coded && code !== 354 ? `${`${code}`[0]}.1.2` : undefined, ...lines),
      );
    fc.assert(fc.property(reply, (value) => assert.deepEqual(read(formatReply(value)), [value])));
  });
});
