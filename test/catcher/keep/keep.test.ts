import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { type TestContext, test } from "node:test";
import { Catcher } from "#src/catcher/catcher.js";
import { KeepFolder } from "#src/catcher/keep/keep-folder.js";
import { Keeper } from "#src/catcher/keep/keeper.js";
import { newMailId } from "#src/catcher/store/mail-id.js";
import { MailStore } from "#src/catcher/store/mail-store.js";
import { loadMessageParser } from "#src/testing/messages/parsed-message.js";

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "envoi-keep-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "mails");
}

async function send(catcher: Catcher, ...subjects: readonly string[]): Promise<void> {
  const transport = catcher.server.transport();
  for (const subject of subjects)
    await transport.send({ from: "a@a.test", to: ["b@b.test", "c@c.test"], subject, text: "Hi" });
}

const subjects = (folder: string) =>
  new KeepFolder(folder).read(100).map(({ raw }) => /^Subject: (.*)\r$/m.exec(raw.toString())?.[1]);

test("keeps mails as files that only the user can read, and finds them again", async (t) => {
  const folder = folderOf(t);
  const first = await Catcher.start({ keep: folder });
  await send(first, "One", "Two");
  const [message] = first.server.messages;
  await first.close();
  const names = readdirSync(folder).sort();
  assert.equal(names.length, 4);
  if (process.platform !== "win32") {
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  }
  for (const name of names) assert.match(name, /^\d{8}T\d{9}Z-[0-9a-z]{25}\.(?:eml|json)$/);
  const [one] = new KeepFolder(folder).read(10);
  assert.deepEqual(one?.raw, message?.raw);
  assert.deepEqual(one?.envelope, { from: "a@a.test", to: ["b@b.test", "c@c.test"] });
  assert.equal(one?.receivedAt.getTime(), message?.receivedAt.getTime());
  assert.equal(one?.client?.address, "127.0.0.1");

  await using second = await Catcher.start({ keep: folder, max: 2 });
  await send(second, "Three");
  assert.deepEqual(subjects(folder), ["Two", "Three"]);
});

test("deletes its own oldest files and no others", async (t) => {
  const folder = folderOf(t);
  await (await Catcher.start({ keep: folder })).close();
  const foreign = ["notes.eml", "20200101T000000000Z-short.eml", ".hidden", "x.tmp", `x-${newMailId()}.eml`];
  for (const name of foreign) writeFileSync(join(folder, name), "mine");
  {
    await using catcher = await Catcher.start({ keep: folder, max: 1 });
    await send(catcher, "One", "Two", "Three");
    assert.equal(readdirSync(folder).length, foreign.length + 2);
  }
  {
    await using catcher = await Catcher.start({ keep: folder });
    await send(catcher, "Four");
    catcher.server.clear();
    // What the folder held before is of this catcher, too.
    assert.deepEqual(readdirSync(folder).sort(), [...foreign].sort());
  }
  for (const name of foreign) assert.equal(readFileSync(join(folder, name), "utf8"), "mine");
});

test("leaves no half mail: what a killed process was writing is not read, and removed later", async (t) => {
  const folder = folderOf(t);
  {
    await using catcher = await Catcher.start({ keep: folder });
    await send(catcher, "Whole", "Cut", "Without envelope");
  }
  const names = readdirSync(folder).filter((name) => name.endsWith(".eml"));
  names.sort();
  const [, cut = "", bare = ""] = names;
  writeFileSync(join(folder, cut), readFileSync(join(folder, cut)).subarray(0, 50));
  rmSync(join(folder, bare.replace(".eml", ".json")));
  const orphan = `20260101T000000000Z-${newMailId()}.json`;
  writeFileSync(join(folder, orphan), "{}");
  const leftOver = join(folder, `20260101T000000000Z-${newMailId()}.eml.tmp`);
  const fresh = join(folder, `20260101T000000000Z-${newMailId()}.eml.tmp`);
  for (const path of [leftOver, fresh]) writeFileSync(path, "Subject: ha");
  utimesSync(leftOver, 0, 0);
  assert.deepEqual(subjects(folder), ["Whole"]);
  assert.ok(!existsSync(join(folder, orphan)));
  assert.ok(!existsSync(leftOver));
  assert.ok(existsSync(fresh), "another process may be writing it");
});

test("writes a file again that a killed process was writing a moment ago", async (t) => {
  const path = folderOf(t);
  const folder = new KeepFolder(path);
  const store = new MailStore(await loadMessageParser(), { mails: 10, octets: 1000 }, (mail) =>
    folder.write(mail),
  );
  const keeper = new Keeper(folder, store, (error) => assert.fail(String(error)));
  const facts = { receivedAt: new Date(), raw: Buffer.from("\r\n"), envelope: { from: "", to: [] } };
  const mail = store.add({ id: newMailId(), ...facts });
  const [record = ""] = readdirSync(path).filter((name) => name.endsWith(".json"));
  writeFileSync(join(path, `${record}.tmp`), '{"envoi"');
  store.setRead([mail], true);
  keeper.close();
  assert.equal(folder.read(10)[0]?.isRead, true);
  assert.equal(readdirSync(path).length, 2);
});

test("follows no link, when it reads and when it deletes", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = folderOf(t);
  await (await Catcher.start({ keep: folder })).close();
  const secret = join(folder, "..", "secret");
  writeFileSync(secret, "Subject: secret\r\n\r\n");
  const name = `20200101T000000000Z-${newMailId()}`;
  symlinkSync(secret, join(folder, `${name}.eml`));
  const record = { envoi: 1, receivedAt: "2020-01-01T00:00:00Z", size: 19, envelope: { from: "", to: [] } };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(record));
  assert.deepEqual(subjects(folder), []);
  assert.deepEqual(new KeepFolder(folder).read(0), []);
  assert.equal(readFileSync(secret, "utf8"), "Subject: secret\r\n\r\n");
});

test("keeps tags and what is read, after a while and at the end", async (t) => {
  const folder = new KeepFolder(folderOf(t));
  const store = new MailStore(await loadMessageParser(), { mails: 10, octets: 1000 }, (mail) =>
    folder.write(mail),
  );
  const keeper = new Keeper(folder, store, (error) => assert.fail(String(error)));
  const add = () =>
    store.add({
      id: newMailId(),
      receivedAt: new Date(),
      raw: Buffer.from("\r\n"),
      envelope: { from: "", to: [] },
    });
  const [one, two] = [add(), add()];
  store.setRead([one], true);
  store.setTags([two], ["a", "b"]);
  const kept = () => new Map(folder.read(10).map((mail) => [mail.id, mail]));
  while (kept().get(two.id)?.tags === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(kept().get(one.id)?.isRead, true);
  store.setRead([one], false);
  store.delete([two]);
  keeper.close();
  assert.deepEqual(
    [...kept()].map(([id, { isRead }]) => [id, isRead]),
    [[one.id, undefined]],
  );
});

test("refuses a mail that cannot be kept, and does not show it", async (t) => {
  const folder = folderOf(t);
  await using catcher = await Catcher.start({ keep: folder, smtp: { onError: () => {} } });
  rmSync(folder, { recursive: true });
  await assert.rejects(send(catcher, "One"), { delivery: "refused", transient: true });
  assert.deepEqual(catcher.server.messages, []);
});

test("refuses a folder that is a file", async (t) => {
  const folder = folderOf(t);
  writeFileSync(folder, "");
  await assert.rejects(Catcher.start({ keep: folder }), {
    kind: "configuration",
    message: /^keep: the folder/,
  });
  assert.equal(readFileSync(folder, "utf8"), "");
});
