import assert from "node:assert/strict";
import { test } from "node:test";
import { HeadReader } from "#src/mime/head-reader.js";
import { cpuTime } from "../cpu-time.js";

function read(pieces: readonly (string | Buffer)[]): { fields: [string, string][]; body: string } {
  const reader = new HeadReader();
  let body = "";
  for (const piece of pieces) body += reader.push(Buffer.from(piece))?.toString("latin1") ?? "";
  return { fields: reader.fields().map(({ name, text }) => [name, text]), body };
}

const messages = [
  "From: a@b.c\r\nSubject: x\r\n\ty\r\n z\r\nFROM : again\r\n\r\nbody\r\n\r\nmore\r\n",
  "A:\r\n\r\n",
  "A: b\r\n",
  "A: b",
  "\r\nonly a body\r\n\r\n",
  "\r\n",
  "",
  "A: b\r\n \r\n\r\n\r\n",
];

test("returns the fields unchanged, and begins the body after the first empty line", () => {
  const [first = ""] = messages;
  assert.deepEqual(read([first]), {
    fields: [
      ["from", "From: a@b.c"],
      ["subject", "Subject: x\r\n\ty\r\n z"],
      ["from", "FROM : again"],
    ],
    body: "body\r\n\r\nmore\r\n",
  });
  assert.deepEqual(read(["\r\nx\r\n\r\ny"]), { fields: [], body: "x\r\n\r\ny" });
  assert.deepEqual(read(["A: b\r\n \r\n\r\n\r\n"]), { fields: [["a", "A: b\r\n "]], body: "\r\n" });
});

test("it does not matter how a message is cut", () => {
  for (const message of messages) {
    const whole = read([message]);
    for (let at = 0; at <= message.length; at++)
      assert.deepEqual(read([message.slice(0, at), message.slice(at)]), whole);
    for (let at = 0; at < message.length; at++) {
      assert.deepEqual(read([message.slice(0, at), message.slice(at, at + 1), message.slice(at + 1)]), whole);
    }
    assert.deepEqual(read([...message]), whole);
  }
});

test("names a line that belongs to no field", () => {
  for (const [text, line] of [
    ["A: b\r\nno colon\r\n\r\n", 2],
    ["From a@b.c Sat Nov 21\r\nA: b\r\n\r\n", 1],
    [" begins folded\r\n\r\n", 1],
    ["A: b\r\n c\r\n d\r\n: e\r\n\r\n", 4],
    ["\u00fc: b\r\n\r\n", 1],
  ] as const) {
    assert.throws(() => read([text]), {
      name: "MessageError",
      position: line,
      message: `header: expected a field in line ${line}`,
    });
  }
});

test("refuses a header without end before it fills the memory", () => {
  const reader = new HeadReader();
  const block = Buffer.from("X: y\r\n".repeat(200_000));
  assert.throws(() => {
    for (let times = 0; times < 20; times++) reader.push(block);
  }, /more than 16 MiB/);
});

test("gives lines that belong to no field an empty name, if any kind is asked for, in linear time", () => {
  const reader = new HeadReader();
  // NBSP is white space to JavaScript, and part of a name that does not exist here.
  reader.push(
    Buffer.from(" x\r\nno field\r\n go: on\r\nFrom\xa0: a\r\n: b\r\nA b: c\r\nTo \t: d\r\n\r\n", "latin1"),
  );
  assert.deepEqual(
    reader.fieldsOfAnyKind().map(({ name, text }) => [name, text.length]),
    [
      ["", 2],
      ["", 17],
      ["", 8],
      ["", 3],
      ["", 6],
      ["to", 7],
    ],
  );
  assert.throws(() => reader.fields(), /field in line 1/);
  const spent = cpuTime();
  const long = new HeadReader();
  long.push(Buffer.from("x\r\n".repeat(1_000_000)));
  assert.equal(long.fieldsOfAnyKind().length, 1_000_000);
  assert.ok(spent() < 20_000);
});

test("refuses a header longer than it is allowed", () => {
  assert.throws(
    () => new HeadReader(1024 * 1024).push(Buffer.alloc(1024 * 1024 + 1, "x")),
    /more than 1 MiB/,
  );
});
