import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { FileTransport, Message } from "envoi";

describe("FileTransport", () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "envoi-"));
  });
  after(() => rm(directory, { recursive: true }));

  const fields = { from: "a@example.org", to: "b@example.net", subject: "Hi", text: "Grüße" };

  test("writes the message and its envelope, Bcc included, and reads them back", async () => {
    const transport = new FileTransport(directory);
    const message = Message.create({ ...fields, bcc: "hidden@example.net" });
    const { id } = await transport.send(message);
    const stored = await transport.read(id ?? "");
    assert.deepEqual(stored.envelope.toJSON(), message.envelope.toJSON());
    assert.equal(stored.messageId, message.messageId);
    assert.deepEqual(stored.raw, message.formatted());
    const json = JSON.parse(await readFile(join(directory, `${id}.json`), "utf8"));
    assert.deepEqual(json.to, ["b@example.net", "hidden@example.net"]);
  });

  test("makes a directory that is missing", async () => {
    const transport = new FileTransport(join(directory, "deep", "er"));
    const { id } = await transport.send(fields);
    assert.equal((await transport.read(id ?? "")).envelope.to.join(), "b@example.net");
  });

  test("makes the files readable only for their owner", async () => {
    const { id } = await new FileTransport(directory).send(fields);
    for (const suffix of ["eml", "json"])
      assert.equal((await stat(join(directory, `${id}.${suffix}`))).mode & 0o777, 0o600);
  });

  test("leaves no file of a mail that could not be written completely", async () => {
    const empty = join(directory, "empty");
    const source = async function* () {
      yield Buffer.from("Subject: x\r\n");
      throw new Error("gone");
    };
    const sent = new FileTransport(empty).sendRaw({ from: null, to: ["b@example.net"] }, source);
    await assert.rejects(sent, { kind: "content", delivery: "not-sent" });
    assert.deepEqual(await readdir(empty), []);
  });

  test("reports a directory that cannot be created", async () => {
    const path = join(directory, "file");
    await writeFile(path, "");
    await assert.rejects(new FileTransport(path).send(fields), {
      kind: "configuration",
      delivery: "not-sent",
      permanent: true,
    });
    assert.throws(() => new FileTransport(""), { kind: "configuration" });
  });

  test("reads only files of mails", async () => {
    const transport = new FileTransport(directory);
    await assert.rejects(transport.read("../../etc/passwd"), { kind: "configuration" });
    await assert.rejects(transport.read("missing"), { kind: "configuration" });
  });
});
