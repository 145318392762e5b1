import assert from "node:assert/strict";
import { test } from "node:test";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { Charset } from "#src/mime/charset.js";
import { MessageError } from "#src/mime/message-error.js";
import { MultiPart } from "#src/mime/multi-part.js";
import { SinglePart } from "#src/mime/single-part.js";
import { fc } from "../property.js";
import { leavesOf, trees, writeTree } from "./arbitrary-tree.js";
import { cut } from "./cut.js";

const binary = { eightBit: true, binary: true };
const every = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
const nasty = [
  every,
  Buffer.from("\r"),
  Buffer.from("\n"),
  Buffer.from("ends in CRLF\r\n"),
  Buffer.from("\r\n.\r\n..\r\n\r\n.\r\n"),
  Buffer.from("\r\n--\r\n--boundary--\r\n--=_\r\n"),
  Buffer.alloc(0),
  Buffer.alloc(1_000_003, every),
];

function carrying(...parts: SinglePart[]): Message {
  return Message.builder()
    .from("a@example.com")
    .to("b@example.org")
    .date(new Date(0))
    .messageId("x@example.com")
    .body(MultiPart.mixed(parts))
    .build();
}

async function read(
  message: Message,
  way: { eightBit: boolean; binary?: boolean } = binary,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message.content(way).stream()) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function* inPieces(octets: Buffer): AsyncGenerator<Buffer> {
  const memory = Buffer.alloc(1000);
  for (let at = 0; at < octets.length; at += memory.length) {
    yield memory.subarray(0, octets.copy(memory, 0, at, at + memory.length));
  }
}

test("sends octets and streams unencoded to a server with BINARYMIME", async () => {
  const bytes = nasty.map((octets) => SinglePart.bytes(octets));
  const streams = nasty.map((octets) => SinglePart.stream(() => inPieces(octets)));
  for (const parts of [bytes, streams, await Promise.all(streams.map((part) => part.encoded()))]) {
    const message = carrying(...parts);
    const content = message.content(binary);
    assert.deepEqual([content.eightBit, content.binary], [true, true]);
    const octets = await read(message);
    assert.deepEqual(cut(octets), nasty);
    assert.doesNotMatch(octets.toString("latin1"), /base64/);
    assert.equal(content.size, parts === streams ? undefined : octets.length);
  }
});

test("preserves parts nested in any manner, with BINARYMIME and without", async () => {
  await fc.assert(
    fc.property(trees, fc.boolean(), (tree, asBinary) => {
      const content = writeTree(tree).content({ eightBit: false, binary: asBinary });
      assert.deepEqual(
        cut(Buffer.concat(content.chunks ?? [])),
        leavesOf(tree).map(({ bytes }) => bytes),
      );
    }),
    { numRuns: 200 },
  );
});

test("adds nothing after a single body of octets with BINARYMIME", async () => {
  const message = Message.builder().from("a@example.com").to("b@example.org").body(SinglePart.bytes(every));
  assert.deepEqual(cut(await read(message.build())), [every]);
});

test("sends a text as binary only if it lacks proper lines", async () => {
  const cases: [text: string, encoding: string][] = [
    ["Hello\n", "7bit"],
    ["Grüße", "8bit"],
    ["-- \nme and others, all of us", "quoted-printable"],
    ["-- \nGrüße aus Hamburg an alle, die es lesen", "quoted-printable"],
    ["x".repeat(999), "binary"],
    ["ü".repeat(500), "binary"],
    ["a lone \r, and a NUL \0", "binary"],
  ];
  for (const [text, expected] of cases) {
    const part = SinglePart.plain(text);
    const { headers, eightBit, binary: isBinary } = part.encode(binary);
    assert.equal(headers.at(-1)?.value, expected);
    assert.deepEqual([eightBit, isBinary], [/8bit|binary/.test(expected), expected === "binary"]);
    if (isBinary) assert.deepEqual(cut(await read(carrying(part))), [Buffer.from(text)]);
  }
  const utf16 = SinglePart.text("ü\n", { charset: await Charset.load("utf-16le") });
  assert.deepEqual(cut(await read(carrying(utf16))), [Buffer.from("ü\r\n", "utf16le")]);
});

test("requires no BINARYMIME for a message without octets", () => {
  const message = carrying(SinglePart.plain("Grüße"), SinglePart.html("x"));
  const content = message.content(binary);
  assert.deepEqual([content.eightBit, content.binary], [true, false]);
  assert.deepEqual(content.chunks, message.content({ eightBit: true }).chunks);
});

test("encodes independently for servers with BINARYMIME and without", async () => {
  const message = carrying(SinglePart.bytes(every), SinglePart.plain("x".repeat(999)));
  const before = [message.formatted(), await read(message, { eightBit: true })];
  await read(message);
  assert.deepEqual([message.formatted(), await read(message, { eightBit: true })], before);
  assert.match(message.formatted().toString("latin1"), /^[\t\r\n -~]*$/);
});

test("sends an embedded mail without proper lines unencoded with BINARYMIME", async () => {
  const mail = Buffer.from(`Subject: x\r\n\r\n${"x".repeat(2000)}\r\r\n`);
  assert.deepEqual(cut(await read(carrying(SinglePart.message(mail)))), [mail]);
});

test("refuses a given boundary that the octets contain, although base64 would hide it", () => {
  const parts = [Attachment.fromBytes("a.bin", Buffer.from("\r\n--frontier\r\n")).part];
  assert.throws(() => MultiPart.mixed(parts, { boundary: "frontier" }), MessageError);
  MultiPart.mixed(parts, { boundary: "another" });
});

test("sends signed content as 7-bit with BINARYMIME too", () => {
  const signer = { awaited: false, begin: () => ({ update: () => {}, finish: () => "X: y\r\n" }) };
  const content = carrying(SinglePart.bytes(every)).content(binary, [signer]);
  assert.deepEqual([content.eightBit, content.binary ?? false], [false, false]);
});
