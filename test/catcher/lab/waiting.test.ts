import assert from "node:assert/strict";
import { test } from "node:test";
import { Waiting } from "#src/catcher/lab/waiting.js";
import { newMailId } from "#src/catcher/store/mail-id.js";
import { MailStore } from "#src/catcher/store/mail-store.js";
import type { StoredMail } from "#src/catcher/store/stored-mail.js";
import { loadMessageParser } from "#src/testing/messages/parsed-message.js";

test("knows a mail that is still there, however many came after it and were deleted", async () => {
  const store = new MailStore(await loadMessageParser(), { mails: 100, octets: 1e9 });
  const waiting = new Waiting(store);
  const raw = Buffer.from("Subject: x\r\n\r\nx\r\n");
  const add = (): StoredMail =>
    store.add({ id: newMailId(), raw, receivedAt: new Date(), envelope: { from: "", to: ["jo@a.test"] } });
  const wait = (after: StoredMail) =>
    waiting.wait({
      matches: () => true,
      after: after.id,
      within: 0,
      timeout: 0,
      signal: new AbortController().signal,
    });
  const before = add();
  const kept = add();
  store.delete([before]);
  for (let count = 0; count < 12_000; count++) store.delete([add()]);
  assert.equal(await wait(kept), undefined);
  const next = add();
  assert.equal(await wait(kept), next);
  // The oldest of those that are gone are forgotten.
  await assert.rejects(wait(before), { status: 404 });
});
