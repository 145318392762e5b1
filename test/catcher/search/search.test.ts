import assert from "node:assert/strict";
import { test } from "node:test";
import { mailboxIds } from "#src/catcher/reading/mailbox-ids.js";
import type { SearchableMail } from "#src/catcher/search/condition.js";
import { readSearch } from "#src/catcher/search/search.js";
import { searchTerms } from "#src/catcher/search/search-terms.js";
import { readSize } from "#src/catcher/search/size-text.js";

const noon = Date.parse("2026-03-10T12:00:00Z");

function mail(facts: Partial<SearchableMail> = {}, words = ""): SearchableMail {
  return {
    created: noon,
    size: 5000,
    read: false,
    tags: [],
    mailboxes: new Set(),
    messageId: "",
    subject: "",
    addresses: { from: "", to: "", cc: "", bcc: "", replyTo: "" },
    attachments: 0,
    inlines: 0,
    contains: (wanted) => words.includes(wanted),
    ...facts,
  };
}

function found(search: string, of: SearchableMail, zone = "UTC"): boolean {
  return readSearch(search, zone).matches(of);
}

test("splits a search at spaces outside of quotes", () => {
  assert.deepEqual(searchTerms('  to:jo  "two words" subject:"a b"c -"x y" "open end'), [
    "to:jo",
    "two words",
    "subject:a bc",
    "-x y",
    "open end",
  ]);
});

test("finds a mail that fulfils each term, in any case", () => {
  const letter = mail({ subject: "Your Receipt (No. 7)" }, "the shop your receipt no. 7 thank you");
  for (const search of [
    "receipt",
    "RECEIPT thank",
    '"your receipt"',
    "receipt -refund",
    "!refund",
    '"(no. 7)"',
  ])
    assert.ok(found(search, letter), search);
  for (const search of ["refund", "receipt refund", "-receipt", '!"your receipt"', '"receipt your"'])
    assert.ok(!found(search, letter), search);
});

test("searches each address field by its own filter", () => {
  const fields = {
    from: "fay fay@f.test",
    to: "toe toe@t.test",
    cc: "cy@c.test",
    bcc: "bo@b.test",
    replyTo: "re@r.test",
  };
  const letter = mail({ addresses: fields });
  const filters = [
    "from:fay@f",
    "to:TOE",
    "cc:cy",
    "bcc:bo@b.test",
    "reply-to:re@r",
    'to:"toe toe@t.test"',
    "to:<toe@t.test>",
  ];
  for (const filter of filters) {
    assert.ok(found(filter, letter), filter);
    assert.ok(!found(`-${filter}`, letter), filter);
    assert.ok(found(`addressed:${filter.slice(filter.indexOf(":") + 1)}`, letter), filter);
  }
  for (const filter of ["from:toe", "to:fay", "cc:bo", "bcc:cy", "reply-to:fay", "addressed:nobody"]) {
    assert.ok(!found(filter, letter), filter);
    assert.ok(found(`!${filter}`, letter), filter);
  }
});

test("searches subject, Message-ID and tags", () => {
  const letter = mail({
    subject: 'Re: "50% off" <now>',
    messageId: "A1@shop.test",
    tags: ["Big order", "new"],
  });
  for (const search of [
    "subject:50%",
    "subject:<NOW>",
    "message-id:a1@shop",
    'tag:"big order"',
    "tag:NEW",
    "is:tagged",
  ])
    assert.ok(found(search, letter), search);
  for (const search of ["subject:60%", "subject:5_%", "tag:big", "tag:ne", "-is:tagged", "message-id:b"])
    assert.ok(!found(search, letter), search);
});

test("searches what a mail is and has", () => {
  const read = mail({ read: true, attachments: 2 });
  const unread = mail({ inlines: 1 });
  for (const search of ["is:read", "!is:unread", "has:attachment", "HAS:attachments", "-has:inline"]) {
    assert.ok(found(search, read), search);
    assert.ok(!found(search, unread), search);
  }
});

test("compares sizes, with k and m for kilobytes and megabytes", () => {
  assert.deepEqual(
    ["2k", "2KB", "1.5m", "900", "3 mb", "x", "-1", "2gb", ""].map(readSize),
    [2048, 2048, 1_572_864, 900, 3_145_728, 0, 0, 0, 0],
  );
  const letter = mail({ size: 2048 });
  for (const search of ["larger:1k", "smaller:3k", "-larger:3k", "!smaller:1k"])
    assert.ok(found(search, letter), search);
  // A bound is neither larger nor smaller than itself, nor not larger or not smaller: as in mailpit.
  for (const search of ["larger:2k", "smaller:2k", "-larger:2k", "-smaller:2k"])
    assert.ok(!found(search, letter), search);
});

test("compares times in the time zone of the search", () => {
  const letter = mail({ created: Date.parse("2026-03-10T22:30:00Z") });
  assert.ok(found("after:2026-03-10", letter, "UTC"));
  assert.ok(found("before:2026-03-11", letter, "UTC"));
  assert.ok(!found("before:2026-03-11", letter, "Asia/Tokyo"), "there it is the 11th already");
  assert.ok(found("after:2026-03-11", letter, "Asia/Tokyo"));
  assert.ok(found('after:"2026-03-10 22:30"', letter, "UTC"));
  assert.ok(!found('after:"2026-03-10 22:31"', letter, "UTC"));
  assert.ok(found("-after:2026-03-11", letter, "UTC"));
  assert.ok(found("!before:2026-03-10", letter, "UTC"));
  // The bound itself is after and before, and not after and not before: as in mailpit.
  const bound = mail({ created: Date.parse("2026-03-10T00:00:00Z") });
  for (const search of ["after:2026-03-10", "-after:2026-03-10", "before:2026-03-10", "-before:2026-03-10"])
    assert.ok(found(search, bound, "UTC"), search);
});

test("ignores filters without a meaning, and takes unknown ones for words", () => {
  for (const search of ["after:soon", "before:", "to:", "from:<>", "tag:", '""', " ", "subject:", "()"])
    assert.ok(found(search, mail({}, "")), search);
  assert.ok(found("is:strange", mail({}, "this is:strange")));
  assert.ok(!found("is:strange", mail()));
  assert.ok(found("larger:huge", mail({}, "larger:huge")));
  assert.ok(found("https://a.test/x", mail({}, "see https://a.test/x")));
});

test("takes names of object members for words", () => {
  for (const search of ["constructor:x", "__proto__:x", "toString", "hasOwnProperty:1"]) {
    assert.ok(!found(search, mail()), search);
    assert.ok(found(search, mail({}, search.toLowerCase())), search);
  }
});

test("reads the body of a mail only if the rest fits", () => {
  let reads = 0;
  const letter = mail({
    subject: "other",
    contains: () => {
      reads++;
      return true;
    },
  });
  assert.ok(!found("word subject:this", letter));
  assert.equal(reads, 0);
});

test("finds the mails of a mailbox: by a recipient of the envelope, a domain or a login", () => {
  const mailboxes = mailboxIds({
    envelope: { from: "a@a.test", to: ["Jo@Corp.test", "ann@bücher.test"] },
    client: { user: "shop user" },
  });
  const letter = mail({ mailboxes });
  for (const id of [
    "jo@corp.test",
    "JO@corp.TEST",
    "@corp.test",
    "@CORP.test",
    "@bücher.test",
    "@xn--bcher-kva.test",
  ])
    assert.ok(found(`mailbox:${id}`, letter), id);
  assert.ok(found('mailbox:"login:shop user"', letter));
  for (const id of ["jo", "corp.test", "a@a.test", "login:shop", "@test"])
    assert.ok(!found(`mailbox:${id}`, letter), id);
  assert.ok(found("!mailbox:ann@corp.test", letter));
  assert.ok(found("mailbox:", letter));
});
