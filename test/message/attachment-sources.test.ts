import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Attachment, type AttachmentOptions, Message, MessageError } from "envoi";

async function sent(attachment: Attachment): Promise<string> {
  const fields = { from: "a@example.org", to: "b@example.net", subject: "Files", text: "Attached." };
  return (await Message.create({ ...fields, attach: attachment }).bytes()).toString();
}

function refused(make: () => unknown): MessageError {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof MessageError, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

describe("Attachment.from", () => {
  test("keeps the name and the type of a File", async () => {
    const file = new File(["col\r\n1\r\n"], "Zahlen für März.csv", { type: "text/csv" });
    const mail = await sent(Attachment.from(file));
    assert.match(mail, /Content-Type: text\/csv;/);
    assert.match(mail, /filename\*=utf-8''Zahlen%20f%C3%BCr%20M%C3%A4rz\.csv/i);
  });

  test("takes the type from the name if the File has none, and an option above both", async () => {
    assert.match(await sent(Attachment.from(new File(["x"], "a.pdf"))), /Content-Type: application\/pdf/);
    const typed = new File(["x"], "a.bin", { type: "image/png" });
    const options: AttachmentOptions = { type: "image/webp", name: "b.webp" };
    const mail = await sent(Attachment.from(typed, options));
    assert.match(mail, /Content-Type: image\/webp/);
    assert.match(mail, /filename="?b\.webp/);
  });

  test("can be sent more than once", async () => {
    const attachment = Attachment.from(new Blob([Buffer.alloc(1000, 1)]), { name: "a.bin" });
    for (let times = 0; times < 2; times++) assert.match(await sent(attachment), /AQEBAQEB/);
  });

  test("refuses a Blob without a name, and what is not a Blob, saying what to give", () => {
    assert.match(
      refused(() => Attachment.from(new Blob(["x"]))).message,
      /^name: .*Attachment\.from\(blob, \{ name/,
    );
    for (const other of [Buffer.from("x"), "a.pdf", { name: "a.pdf", type: "x/y" }, undefined]) {
      assert.equal(refused(() => Attachment.from(other as unknown as Blob)).field, "blob");
    }
    assert.equal(refused(() => Attachment.from(new File(["x"], "a\r\nb"))).field, "name");
  });
});

test("Attachment.fromBytes accepts an ArrayBuffer, and copies its content", async () => {
  const { buffer } = new Uint8Array([104, 105]);
  const attachment = Attachment.fromBytes("hi.bin", buffer);
  new Uint8Array(buffer).fill(0);
  assert.match(await sent(attachment), /^aGk=/m);
  assert.equal(refused(() => Attachment.fromBytes("a", 42 as unknown as string)).field, "bytes");
});

describe("Attachment.fromPath", () => {
  test("accepts a file: URL, and names the attachment after the file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "envoi-"));
    try {
      const path = join(folder, "a b%20c.txt");
      writeFileSync(path, "Hello\n");
      const attachment = Attachment.fromPath(pathToFileURL(path));
      assert.equal(attachment.name, "a b%20c.txt");
      assert.match(await sent(attachment), /SGVsbG8|Hello/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("refuses any other URL", () => {
    for (const url of [
      "https://example.org/a.pdf",
      "data:text/plain,x",
      "file://server/share/a.pdf",
      "file:///a%2fb",
    ]) {
      const { field, message } = refused(() => Attachment.fromPath(new URL(url)));
      assert.equal(field, "path");
      assert.match(message, /^path: expected a file: URL of this machine, got /);
    }
  });
});
