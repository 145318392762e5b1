import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptWords } from "#src/catcher/reading/kept-words.js";
import type { MailSource } from "#src/catcher/reading/mail-source.js";

function mail(): MailSource {
  const envelope = { from: "", to: [] };
  return { id: "x", raw: Buffer.alloc(0), receivedAt: new Date(), envelope, isRead: false, tags: [] };
}

test("keeps texts as long as there is room, and makes room when a mail is gone", () => {
  const kept = new KeptWords(10);
  const [one, two, three] = [mail(), mail(), mail()];
  kept.put(one, "sixsix");
  kept.put(two, "fiveX");
  kept.put(three, "four");
  assert.deepEqual([kept.get(one), kept.get(two), kept.get(three)], ["sixsix", undefined, "four"]);
  kept.forget(one);
  kept.forget(one);
  kept.forget(mail());
  kept.put(two, "fiveX");
  assert.deepEqual([kept.get(one), kept.get(two)], [undefined, "fiveX"]);
  kept.put(two, "another text");
  assert.equal(kept.get(two), "fiveX");
});
