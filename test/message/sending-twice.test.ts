import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EnvoiError } from "#src/errors.js";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { fc } from "../property.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "envoi-"));
});
after(() => rm(folder, { recursive: true }));

function mail(...attachments: Attachment[]): Message {
  let parts = 0;
  return Message.builder()
    .from("shop@example.com")
    .to("zoe@example.org")
    .date(new Date(0))
    .messageId("1@example.com")
    .boundaries(() => `=_${++parts}`)
    .text("Grüße")
    .html("<p>Grüße</p>")
    .attach(attachments)
    .build();
}

async function* pieces(octets: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts, octets.length]) {
    // In one memory, as some sources do: what was given is overwritten by what comes.
    yield octets.subarray(start, cut);
    start = cut;
  }
}

const octets = Buffer.from(Array.from({ length: 400 }, (_, index) => (index * 7919) % 256));
const whole = mail(Attachment.fromBytes("a.bin", octets)).formatted();

async function streamed(cuts: readonly number[]): Promise<Buffer> {
  const message = mail(Attachment.fromStream("a.bin", () => pieces(octets, cuts)));
  const chunks: Buffer[] = [];
  for await (const chunk of message.stream()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

test("a stream cut in two anywhere, or octet by octet, gives the same mail as its octets at once", async () => {
  for (let cut = 0; cut <= octets.length; cut++) assert.deepEqual(await streamed([cut]), whole, String(cut));
  assert.deepEqual(await streamed(Array.from(octets.keys())), whole);
});

test("a stream cut in any manner gives the same mail", async () => {
  const cuts = fc.array(fc.nat(octets.length), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(cuts, async (given) => {
      assert.deepEqual(await streamed(given.toSorted((a, b) => a - b)), whole);
    }),
  );
});

test("a message is sent many times at once, its files and streams opened for each", async () => {
  const path = join(folder, "a.bin");
  await writeFile(path, octets);
  const message = mail(
    Attachment.fromPath(path),
    Attachment.fromStream("b.bin", () => pieces(octets, [1, 100])),
    Attachment.fromStream("c.bin", new Blob([octets])),
    Attachment.fromBytes("d.bin", octets),
  );
  const all = await Promise.all(Array.from({ length: 20 }, () => message.bytes()));
  for (const each of all) assert.deepEqual(each, all[0]);
  assert.equal(all[0]?.toString("latin1").split(octets.subarray(0, 57).toString("base64")).length, 5);
});

test("reads an attachment once for many mails if it was encoded before", async () => {
  let opened = 0;
  const source = Attachment.fromStream("a.bin", () => {
    opened++;
    return pieces(octets, [200]);
  });
  const ready = await source.inline("a@b").encoded();
  assert.deepEqual([ready.name, ready.contentId], ["a.bin", "a@b"]);
  const one = mail(ready).formatted();
  assert.deepEqual(mail(ready).formatted(), one);
  assert.deepEqual(mail(Attachment.fromBytes("a.bin", octets).inline("a@b")).formatted(), one);
  assert.equal(opened, 1);
  assert.equal(await ready.part.encoded(), ready.part);
  await assert.rejects(
    Attachment.fromPath(join(folder, "missing.pdf")).encoded(),
    (error) => EnvoiError.is(error) && error.kind === "content" && /missing\.pdf/.test(error.message),
  );
});
