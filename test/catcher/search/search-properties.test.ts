import assert from "node:assert/strict";
import { test } from "node:test";
import { htmlCheck } from "#src/catcher/html-check/html-check.js";
import { webLinks } from "#src/catcher/link-check/web-links.js";
import { htmlPlain } from "#src/catcher/reading/html-plain.js";
import { htmlText } from "#src/catcher/reading/html-text.js";
import { MailIndex } from "#src/catcher/reading/mail-index.js";
import { readDate } from "#src/catcher/search/date-text.js";
import { readSearch } from "#src/catcher/search/search.js";
import { searchableText } from "#src/catcher/search/searchable-text.js";
import { timeZone } from "#src/catcher/search/time-zone.js";
import { loadTextDecoding } from "#src/text/charsets/web-charset.js";
import { fc } from "../../property.js";

const decode = await loadTextDecoding();
const index = new MailIndex(decode);

function mailOf(raw: Buffer) {
  const envelope = { from: "a@a.test", to: ["jo@a.test"] };
  return { id: "x", raw, receivedAt: new Date(0), envelope, isRead: false, tags: [] };
}

const words = fc.constantFrom(
  ..."to: from: -! tag: after: larger: \" ' is:read has:attachment 2026-01-01 10k word : - !".split(" "),
);
const searches = fc
  .array(fc.oneof(words, fc.string({ maxLength: 8 })), { maxLength: 8 })
  .map((parts) => parts.join(" "));

test("compares texts in lower case, with one space for each run of marks", () => {
  const marks = /[\s\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff<>",;()]+/g;
  const pieces = fc.constantFrom(
    ..." |  |\t|<|>|\u00a0|\u200b|,|.|A|\u00dc|b c|\r\n|\ud83d\ude00".split("|"),
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 3, unit: "binary" }))), (parts) => {
      const text = parts.join("");
      assert.equal(searchableText(text), text.replace(marks, " ").trim().toLowerCase());
    }),
    { numRuns: 500 },
  );
});

test("takes any text for a search", () => {
  fc.assert(
    fc.property(searches, (text) => {
      const found = readSearch(text).matches(
        index.searchable(mailOf(Buffer.from("Subject: word\r\n\r\nword\r\n"))),
      );
      assert.equal(typeof found, "boolean");
    }),
  );
});

test("finds no mail by a term and by its opposite", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z:]{1,12}$/), (term) => {
      const mail = index.searchable(mailOf(Buffer.from("Subject: a to: b\r\n\r\nab abc from: x\r\n")));
      const found = readSearch(term).matches(mail);
      const opposite = readSearch(`-${term}`).matches(mail);
      // A filter without a value states nothing, either way.
      if (!found || !opposite) assert.notEqual(found, opposite);
    }),
  );
});

test("reads back a day in every time zone", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 25_000 }), (day) => {
      const text = new Date(day * 86_400_000).toISOString().slice(0, 10);
      assert.equal(readDate(text, timeZone("UTC")), day * 86_400_000);
      for (const zone of ["Asia/Tokyo", "America/St_Johns"]) {
        const offset = (readDate(text, timeZone(zone)) ?? 0) - day * 86_400_000;
        assert.ok(Math.abs(offset) <= 14 * 3_600_000);
      }
    }),
  );
});

const pieces = fc.constantFrom(
  ...'< > <p <p> </p> <a href= " \' <!-- --> & &amp; &#x0; &#xd800; <style> </style> <script> = / <b style="color:red"> { } ; : @media http://a.test/ x'.split(
    " ",
  ),
);
const htmls = fc
  .array(fc.oneof(pieces, fc.string({ maxLength: 5 })), { maxLength: 30 })
  .map((parts) => parts.join(""));

test("reads any HTML", async () => {
  await fc.assert(
    fc.asyncProperty(htmls, async (html) => {
      htmlText(html, { links: true });
      await htmlPlain(html);
      webLinks(html, html);
      const { Total } = htmlCheck(html);
      assert.ok(Total.Nodes >= 0);
    }),
  );
});

test("reads any octets as a mail", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      const mail = mailOf(Buffer.from(octets));
      index.head(mail);
      index.content(mail);
    }),
  );
});

test("finds a mail by what was written into it", () => {
  const raw = Buffer.from(
    "From: Zoë <zoe@a.test>\r\nSubject: =?utf-8?Q?=C3=9Cber?= uns\r\n\r\nGrüße aus Köln\r\n",
  );
  const mail = index.searchable(mailOf(raw));
  for (const search of [
    "über",
    "ÜBER UNS",
    "köln",
    "from:zoë",
    "subject:über",
    "to:jo@a.test",
    "-bcc:jo@b.test",
  ])
    assert.equal(readSearch(search).matches(mail), !search.startsWith("to:"), search);
});
