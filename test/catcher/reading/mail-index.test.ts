import assert from "node:assert/strict";
import { test } from "node:test";
import { MailIndex } from "#src/catcher/reading/mail-index.js";
import type { MailSource } from "#src/catcher/reading/mail-source.js";
import { loadTextDecoding } from "#src/text/charsets/web-charset.js";

const decode = await loadTextDecoding();

/** A mail that counts how often its bytes are looked at. */
function mail(text: string, to: readonly string[] = []): MailSource & { reads: number } {
  const raw = Buffer.from(text.replaceAll("\n", "\r\n"));
  return {
    id: "x",
    receivedAt: new Date(),
    envelope: { from: "bounce@a.test", to },
    isRead: false,
    tags: [],
    reads: 0,
    get raw() {
      this.reads++;
      return raw;
    },
  };
}

test("reads header and body of a mail when they are asked for, and once", () => {
  const index = new MailIndex(decode);
  const letter = mail("Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nTo: Jo <jo@a.test>\n\nHello you\n", [
    "jo@a.test",
    "x@b.test",
  ]);
  const searchable = index.searchable(letter);
  assert.equal(letter.reads, 0);
  assert.equal(searchable.subject, "Grüße");
  assert.equal(searchable.addresses.to, "jo jo@a.test");
  assert.equal(searchable.addresses.bcc, "x@b.test");
  const afterHead = letter.reads;
  assert.ok(searchable.contains("bounce@a.test"));
  assert.equal(letter.reads, afterHead, "the header is enough");
  assert.ok(searchable.contains("hello you"));
  assert.ok(!searchable.contains("hello me"));
  assert.equal(letter.reads, afterHead + 1);
});

test("reads mails ahead when none arrive any more", async () => {
  const index = new MailIndex(decode);
  const mails = [mail("Subject: one\n\nx\n"), mail("Subject: two\n\nx\n")];
  index.readAhead(() => mails);
  assert.deepEqual(
    mails.map(({ reads }) => reads),
    [0, 0],
  );
  while (mails.some(({ reads }) => reads < 2)) await new Promise((resolve) => setTimeout(resolve, 10));
  const reads = mails.map((each) => each.reads);
  for (const each of mails) assert.ok(index.searchable(each).contains("x"));
  assert.deepEqual(
    mails.map((each) => each.reads),
    reads,
  );
});

test("takes a snippet of the text that is shown", () => {
  const index = new MailIndex(decode);
  const snippet = (text: string) => index.content(mail(text)).snippet;
  assert.equal(snippet("Subject: x\n\n  Hello\n\tyou  \n"), "Hello you");
  assert.equal(snippet("Content-Type: text/html\n\n<style>p{}</style><p>A</p>\u200b<p>B &lt;</p>"), "A B <");
  assert.equal(
    snippet(`Content-Type: text/html\n\n<style>${"p{}".repeat(20_000)}</style><p>late</p>`),
    "late",
  );
  assert.equal(snippet(`Subject: x\n\n${"ü".repeat(150)}`), `${"ü".repeat(100)}...`);
  assert.equal(snippet(`Subject: x\n\na${"ü".repeat(150)}`), `a${"ü".repeat(99)}...`);
  assert.equal(snippet("Subject: x\n\n"), "");
});
