import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Events } from "#src/catcher/mailpit/events.js";
import { Mailbox } from "#src/catcher/mailpit/mailbox.js";
import { newMailId } from "#src/catcher/store/mail-id.js";
import { MailStore } from "#src/catcher/store/mail-store.js";
import type { StoredMail } from "#src/catcher/store/stored-mail.js";
import { loadMessageParser } from "#src/testing/messages/parsed-message.js";
import { loadTextDecoding } from "#src/text/charsets/web-charset.js";
import { turnsDuring } from "../turns-during.js";

const [parse, decode] = [await loadMessageParser(), await loadTextDecoding()];

function mailbox(): { store: MailStore; box: Mailbox; add(raw: string): StoredMail } {
  const store = new MailStore(parse, { mails: 1000, octets: 1e9 });
  const box = new Mailbox(store, decode);
  const envelope = { from: "", to: ["jo@a.test"] };
  const add = (raw: string): StoredMail =>
    store.add({ id: newMailId(), raw: Buffer.from(raw), receivedAt: new Date(), envelope });
  return { store, box, add };
}

/** Mails that take long to read. */
const large = `Content-Type: text/html\r\nSubject: large\r\n\r\n${"<p>Some <b>words</b> &amp; more</p>".repeat(8000)}`;

test("searches bodies in slices, in which mails arrive and requests are answered", async () => {
  const { box, add } = mailbox();
  for (let number = 0; number < 30; number++) add(large);
  assert.ok((await turnsDuring(box.search({ text: "absent" }))) > 3);
  assert.equal((await box.search({ text: "words & more" })).length, 30);
  box.close();
});

test("makes long lists in slices", async () => {
  const { store, box, add } = mailbox();
  // The text is far behind, so a snippet takes long.
  const late = `Content-Type: text/html\r\n\r\n${"<i></i>".repeat(40_000)}late`;
  for (let number = 0; number < 30; number++) add(late);
  assert.ok((await turnsDuring(box.summaries(store.mails))) > 3);
  box.close();
});

test("does not find mails that were deleted during the search, and ends with its signal", async () => {
  const { store, box, add } = mailbox();
  const mails = Array.from({ length: 30 }, () => add(large));
  const searching = box.search({ text: "words" });
  setImmediate(() => store.delete([mails[0] as StoredMail, mails[29] as StoredMail]));
  const found = await searching;
  assert.equal(found.length, 28);
  assert.deepEqual(new Set(found), new Set(mails.slice(1, 29)));
  const controller = new AbortController();
  const other = mailbox();
  for (let number = 0; number < 30; number++) other.add(large);
  const ended = other.box.search({ text: "absent", signal: controller.signal });
  controller.abort(new Error("gone"));
  await assert.rejects(ended, /gone/);
  box.close();
  other.box.close();
});

/** Everything that subscribers are told, as types. */
function toldBy(box: Mailbox): string[] {
  const told: string[] = [];
  new Events(box, () => 0).add({
    send: (text) => void told.push((JSON.parse(text) as { Type: string }).Type),
    onClosed: () => {},
  });
  return told;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("tells of the first mail at once, and of those that follow together after a pause", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { box, add } = mailbox();
    const told = toldBy(box);
    add("Subject: one\r\n\r\nx\r\n");
    await turn();
    assert.deepEqual(told, ["new"]);
    for (const subject of ["two", "three", "four"]) {
      add(`Subject: ${subject}\r\n\r\nx\r\n`);
      await turn();
    }
    assert.deepEqual(told, ["new"]);
    mock.timers.tick(20);
    assert.deepEqual(told, ["new", "new", "new", "new"]);
    box.close();
  } finally {
    mock.timers.reset();
  }
});

test("tells of a new mail before its changes, and once if it is deleted and put back", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const { store, box, add } = mailbox();
    const told = toldBy(box);
    add("Subject: one\r\n\r\nx\r\n");
    await turn();
    assert.deepEqual(told.splice(0), ["new"]);
    const mails = ["two", "three", "four"].map((subject) => add(`Subject: ${subject}\r\n\r\nx\r\n`));
    const [two, three, four] = mails as [StoredMail, StoredMail, StoredMail];
    store.setRead([two], true);
    store.setTags([two], ["x"]);
    store.delete([three]);
    store.putBack([three]);
    store.setRead([four], true);
    store.delete([four]);
    assert.deepEqual(told.splice(0), ["delete", "delete"]);
    mock.timers.tick(20);
    assert.deepEqual(told.splice(0), ["new", "update", "new"]);
    store.setRead([two, three], false);
    assert.deepEqual(told, ["update"]);
    box.close();
  } finally {
    mock.timers.reset();
  }
});
