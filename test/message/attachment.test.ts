import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { EnvoiError } from "#src/errors.js";
import { Attachment } from "#src/message/attachment.js";
import type { ByteSourceInput } from "#src/message/byte-source.js";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";
import { SinglePart } from "#src/mime/single-part.js";

const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 31) & 255));

function carrying(...attachments: Attachment[]): Message {
  return Message.create({
    from: "a@example.com",
    to: "b@example.org",
    text: "See attached.\n",
    attach: attachments,
  });
}

async function received(message: Message): Promise<{ name: string | null; type: string; content: Buffer }[]> {
  const { attachments } = await PostalMime.parse(await message.bytes());
  return attachments.map(({ filename, mimeType, content }) => ({
    name: filename,
    type: mimeType,
    content: Buffer.from(content as ArrayBuffer),
  }));
}

function unreadable(error: unknown): boolean {
  return EnvoiError.is(error) && error.kind === "content" && error.delivery === "not-sent";
}

test("takes the type from the name, unless it is given", async () => {
  const message = carrying(
    Attachment.fromBytes("report.docx", bytes),
    Attachment.fromBytes("REPORT.PDF", bytes),
    Attachment.fromBytes("unknown.zzz", bytes),
    Attachment.fromBytes("data.bin", bytes, "application/x-custom; version=2"),
    Attachment.fromBytes("notes", "Grüße", { type: "text/markdown", name: "notes.md" }),
  );
  assert.deepEqual(
    (await received(message)).map(({ name, type }) => [name, type]),
    [
      ["report.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
      ["REPORT.PDF", "application/pdf"],
      ["unknown.zzz", "application/octet-stream"],
      ["data.bin", "application/x-custom"],
      ["notes.md", "text/markdown"],
    ],
  );
  assert.match(
    message.formatted().toString("latin1"),
    /Content-Type: text\/markdown; charset=utf-8; name="notes\.md"\r\n/,
  );
});

test("ignores changes to the array after it was attached", async () => {
  const own = Buffer.from("before");
  const message = carrying(Attachment.fromBytes("a.bin", own));
  own.fill("x");
  assert.equal((await received(message))[0]?.content.toString(), "before");
});

test("sends every kind of source unchanged", async () => {
  async function* generate(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += 777) yield bytes.subarray(at, at + 777);
  }
  const sources: Record<string, ByteSourceInput> = {
    array: new Uint8Array(bytes),
    blob: new Blob([bytes]),
    web: new Blob([bytes]).stream(),
    node: Readable.from(generate()),
    generator: generate(),
    function: () => generate(),
    promise: async () => new Blob([bytes]),
  };
  const attachments = Object.entries(sources).map(([name, source]) => Attachment.fromStream(name, source));
  for (const { name, content } of await received(carrying(...attachments)))
    assert.deepEqual(content, bytes, String(name));
});

test("reads a file each time the message is sent, and names a missing one", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "envoi-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "report.pdf");
  const message = carrying(Attachment.fromPath(path));
  assert.throws(() => message.formatted(), MessageError);
  await assert.rejects(
    message.bytes(),
    (error) => unreadable(error) && (error as Error).message.includes(JSON.stringify(path)),
  );
  for (const content of ["first", "second"]) {
    await writeFile(path, content);
    assert.deepEqual(await received(message), [
      { name: "report.pdf", type: "application/pdf", content: Buffer.from(content) },
    ]);
  }
  await message.save(join(folder, "mail.eml"));
  await assert.rejects(carrying(Attachment.fromPath(folder)).bytes(), unreadable);
});

test("reads a stream only once, and a function that opens one again", async () => {
  const open = () => Readable.from([bytes]);
  const again = carrying(Attachment.fromStream("a.bin", open));
  await again.bytes();
  assert.deepEqual((await received(again))[0]?.content, bytes);
  const stream = open();
  for (const source of [stream, () => stream, new Blob([bytes]).stream()]) {
    const once = carrying(Attachment.fromStream("a.bin", source));
    await once.bytes().catch(() => undefined);
    await assert.rejects(
      once.bytes(),
      (error) => unreadable(error) && /cannot be read again/.test(String(error)),
    );
  }
});

test("names the attachment if its source fails or yields text", async () => {
  const failing = new Readable({ read() {} });
  failing.destroy(new Error("disk on fire"));
  const sources: ByteSourceInput[] = [
    failing,
    () => Promise.reject(new Error("disk on fire")),
    Readable.from(["text"]) as unknown as ByteSourceInput,
    (() => ({ path: "/etc/passwd" })) as unknown as ByteSourceInput,
    (() => undefined) as unknown as ByteSourceInput,
  ];
  for (const source of sources) {
    const message = carrying(Attachment.fromStream("a.bin", source));
    await assert.rejects(message.bytes(), (error) => unreadable(error) && String(error).includes('"a.bin"'));
  }
});

test("removes the path from a name, and refuses a name that is not valid", () => {
  assert.equal(Attachment.fromBytes("../../etc/passwd", bytes).name, "passwd");
  assert.equal(Attachment.fromBytes("C:\\temp\\a.pdf", bytes).name, "a.pdf");
  for (const bad of ["", "..", "a/", "x\r\nBcc: evil@x", "x\0y", "x\u2028y", "\ud800.pdf", "a\tb"]) {
    assert.throws(() => Attachment.fromBytes(bad, bytes), MessageError, JSON.stringify(bad));
  }
  for (const bad of ["x\r\nBcc: evil@x", "multipart/mixed", "text"]) {
    assert.throws(() => Attachment.fromBytes("a", bytes, bad), MessageError, bad);
  }
});

test("gives an inline attachment an id, and shares the octets", () => {
  const logo = Attachment.fromBytes("logo.png", bytes);
  assert.equal(logo.inline("<logo@x>").contentId, "logo@x");
  assert.match(logo.inline().contentId ?? "", /^[\w-]{36}@envoi$/);
  assert.notEqual(logo.inline().contentId, logo.inline().contentId);
  assert.equal(logo.contentId, undefined);
  assert.throws(() => logo.inline("x\r\nBcc: evil@x"), MessageError);
  const octets = (attachment: Attachment) => attachment.part.encode({ eightBit: false }).body[0];
  assert.equal(octets(logo.inline("a")), octets(logo));
});

test("shares the encoded octets between messages that share an attachment", () => {
  const large = Attachment.fromBytes("a.bin", Buffer.alloc(200_000));
  const [one, two] = [carrying(large), carrying(large)].map(
    (message) => message.content({ eightBit: false }).chunks,
  );
  assert.ok(one?.[1] !== undefined && one[1].length > 200_000);
  assert.equal(one[1], two?.[1]);
});

test("sends an attached mail unencoded if possible, else as a type that may be encoded", async () => {
  const plain = Attachment.fromBytes("a.eml", Buffer.from("Subject: x \n\nFrom me\n"));
  assert.match(
    carrying(plain).formatted().toString(),
    /message\/rfc822; name=.*\r\n.*\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: x \r\n\r\nFrom me\r\n/,
  );
  for (const content of ["Subject: ü\r\n\r\n", `${"x".repeat(999)}\r\n`, "a\0b"]) {
    const message = carrying(Attachment.fromBytes("a.eml", Buffer.from(content)));
    assert.match(
      message.formatted().toString(),
      /message\/global; name=.*\r\n.*\r\nContent-Transfer-Encoding: base64\r\n/,
    );
  }
});

test("writes size and dates into Content-Disposition if they are given", () => {
  const attachment = Attachment.fromBytes("a.bin", "octets", {
    size: true,
    creationDate: new Date(0),
    modificationDate: "2026-11-21T09:30:00+01:00",
    readDate: new Date(0),
  });
  const { headers } = attachment.inline("a@b").part.encode({ eightBit: false });
  const disposition = headers.find(({ name }) => name === "Content-Disposition");
  assert.equal(
    disposition?.lines.replaceAll("\r\n ", " "),
    'Content-Disposition: inline; filename="a.bin"; creation-date="Thu, 01 Jan 1970 00:00:00 +0000"; ' +
      'modification-date="Sat, 21 Nov 2026 09:30:00 +0100"; read-date="Thu, 01 Jan 1970 00:00:00 +0000"; size=6\r\n',
  );
  const path = Attachment.fromPath("/nowhere/a.bin", { size: 5_000_000_000 });
  assert.match(String(path.part.encode({ eightBit: false }).headers[1]), /; size=5000000000$/);
});

test("refuses a size or date that is not valid, and a misspelt option", () => {
  for (const size of [-1, 1.5, Number.NaN, 5, "6\r\nX: y" as never]) {
    assert.throws(() => Attachment.fromBytes("a.bin", "octets", { size }), MessageError, String(size));
  }
  assert.throws(() => Attachment.fromPath("/nowhere/a.bin", { size: true }), MessageError);
  assert.throws(() => Attachment.fromBytes("a.bin", "x", { readDate: "yesterday" }), MessageError);
  assert.throws(() => Attachment.fromBytes("a.bin", "x", { contentType: "a/b" } as object), /nearest/);
});

test("allows fields of a part, except those that the library writes", () => {
  const part = SinglePart.plain("Hallo").with({
    headers: { "Content-Language": "de", "Content-Location": "https://a.example/x" },
  });
  assert.match(
    part.encode({ eightBit: false }).headers.map(String).join("\n"),
    /Content-Language: de\nContent-Location: https:\/\/a\.example\/x\n/,
  );
  for (const headers of [
    { "Content-Type": "a/b" },
    { "content-id": "<a@b>" },
    { "Content-Language": "a\r\nb" },
    { "X-Note": "a" },
    { "X A": "b" },
  ]) {
    assert.throws(() => SinglePart.bytes(Buffer.of(1), "a/b", { headers: headers as never }), MessageError);
  }
});

test("refuses a name that is blank or disguised, and content of another kind", () => {
  for (const name of ["abc\u202egnp.exe", "a\u2066b.txt", "  "]) {
    assert.throws(() => Attachment.fromBytes(name, "x"), MessageError);
  }
  assert.throws(() => Attachment.fromBytes("a.pdf", undefined as never), { kind: "message", field: "bytes" });
});
