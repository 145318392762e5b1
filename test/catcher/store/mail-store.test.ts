import assert from "node:assert/strict";
import { test } from "node:test";
import { isMailId, newMailId } from "#src/catcher/store/mail-id.js";
import { MailStore, type StoreLimits } from "#src/catcher/store/mail-store.js";
import type { StoredMail } from "#src/catcher/store/stored-mail.js";
import { loadMessageParser } from "#src/testing/messages/parsed-message.js";

const parse = await loadMessageParser();

function storeOf(limits: Partial<StoreLimits> = {}) {
  let parsed = 0;
  const counting = (raw: Buffer) => {
    parsed++;
    return parse(raw);
  };
  const store = new MailStore(counting, { mails: 10, octets: 1_000_000, ...limits });
  const events: string[] = [];
  store.listen((event) => {
    const mails = event.type === "new" ? [event.mail] : event.mails;
    events.push(`${event.type} ${mails.map(({ parsed }) => parsed.subject).join(" ")}`);
  });
  const add = (subject: string, rest = "") =>
    store.add({
      id: newMailId(),
      receivedAt: new Date(0),
      raw: Buffer.from(`Subject: ${subject}\r\n${rest}\r\nText\r\n`),
      envelope: { from: "a@a.test", to: ["b@b.test"] },
    });
  return { store, events, add, parses: () => parsed };
}

test("gives each mail an id that is a name of a file everywhere", () => {
  const ids = new Set(Array.from({ length: 1000 }, newMailId));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.ok(isMailId(id), id);
  for (const other of ["latest", "", "../../etc/passwd", "A".repeat(25), "a".repeat(24), "a".repeat(26)])
    assert.ok(!isMailId(other), other);
});

test("parses no mail before it is looked at, and the header without the body", async () => {
  const { store, parses } = storeOf();
  const [listener] = [() => {}];
  store.listen(listener);
  const quiet = new MailStore(parse, { mails: 10, octets: 1000 });
  assert.equal(quiet.count, 0);
  const before = parses();
  const mail = store.add({
    id: newMailId(),
    receivedAt: new Date(0),
    raw: Buffer.from("Subject: One\nContent-Type: text/html\n\n<p>Hi &amp;\n you</p><style>no</style>"),
    envelope: { from: "", to: [] },
  });
  // The listener of storeOf looks at the subject.
  assert.equal(parses() - before, 1);
  assert.equal(mail.head.subject, "One");
  assert.equal(mail.head.html, "");
  assert.equal(mail.parsed.subject, "One");
  assert.equal(parses() - before, 2);
});

test("tells of each change, and keeps count", () => {
  const { store, events, add } = storeOf();
  const [one, two, three] = [add("1"), add("2"), add("3")];
  assert.deepEqual([store.count, store.unread, store.latest], [3, 3, three]);
  store.setRead([one, two, one], true);
  store.setRead([one], true);
  assert.equal(store.unread, 1);
  store.setTags([two], ["x"]);
  store.delete([two, two]);
  store.delete([two]);
  assert.deepEqual([store.count, store.unread, store.octets], [2, 1, one.size + three.size]);
  assert.equal(store.find(two.id), undefined);
  store.truncate();
  store.truncate();
  store.setRead([one], false);
  assert.deepEqual([store.count, store.unread, store.octets, store.latest], [0, 0, 0, undefined]);
  assert.deepEqual(events, ["new 1", "new 2", "new 3", "update 1 2", "update 2", "delete 2", "truncate 1 3"]);
});

test("forgets the oldest mails when there are too many, or too many bytes, but never the newest", () => {
  const { events, add } = storeOf({ mails: 2 });
  for (const subject of ["1", "2", "3"]) add(subject);
  assert.deepEqual(events, ["new 1", "new 2", "new 3", "prune 1"]);
  const small = storeOf({ octets: 60 });
  for (const subject of ["1", "2", "3"]) small.add(subject);
  assert.equal(small.store.octets <= 60, true);
  const big = small.add("4".repeat(100));
  assert.deepEqual(small.store.mails, [big]);
});

test("takes tags from X-Tags until somebody sets others", () => {
  const { store, add } = storeOf();
  const mail = add("1", "X-Tags: one, two  words,<b>,, one\r\n");
  assert.deepEqual([...mail.tags].sort(), ["b", "one", "two words"]);
  store.setTags([mail], []);
  assert.deepEqual(mail.tags, []);
});

test("keeps nothing of a mail that cannot be written", () => {
  const store = new MailStore(parse, { mails: 10, octets: 1000 }, () => {
    throw new Error("the disk is full");
  });
  const mail = {
    id: newMailId(),
    receivedAt: new Date(),
    raw: Buffer.from("\r\n"),
    envelope: { from: "", to: [] },
  };
  assert.throws(() => store.add(mail), /full/);
  assert.equal(store.count, 0);
});

test("keeps parsed mails up to a number of bytes", () => {
  const { store, parses } = storeOf({ mails: 100, octets: 1e9 });
  const html = `<p>${"x".repeat(4_000_000)}</p>`;
  const mails: StoredMail[] = [];
  for (let count = 0; count < 40; count++)
    mails.push(
      store.add({
        id: newMailId(),
        receivedAt: new Date(),
        raw: Buffer.from(`Subject: ${count}\r\nContent-Type: text/html\r\n\r\n${html}`),
        envelope: { from: "", to: [] },
      }),
    );
  const before = parses();
  assert.equal(mails.at(-1)?.parsed.subject, "39");
  assert.equal(parses(), before, "the last one is kept");
  assert.equal(mails[0]?.parsed.subject, "0");
  assert.equal(parses(), before + 1, "the first one is not");
});
