import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvoiError } from "#src/errors.js";
import type { MessageBuilder } from "#src/message/builder.js";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";

function letter(): MessageBuilder {
  return Message.builder().from("shop@example.com").to("zoe@example.org").text("Hello");
}

function lines(builder: MessageBuilder): string {
  return builder.build().headers.toString();
}

function refused(run: () => unknown, pattern: RegExp): void {
  assert.throws(run, (error) => EnvoiError.is(error) && error.permanent && pattern.test(error.message));
}

test("writes a priority in the three fields that readers know, and replaces the one before", () => {
  const head = lines(letter().priority("low").priority("high"));
  assert.match(head, /^Importance: high\r\nPriority: urgent\r\nX-Priority: 1 \(Highest\)\r\n/m);
  assert.equal(head.match(/^(?:Importance|Priority|X-Priority):/gm)?.length, 3);
  refused(() => letter().priority("urgent" as "high"), /^priority: expected "high", "normal" or "low"/);
  refused(() => letter().priority("high").header("Importance", "low"), /is set already/);
});

test("accepts only the standard words for Auto-Submitted", () => {
  assert.match(lines(letter().autoSubmitted()), /^Auto-Submitted: auto-generated\r$/m);
  assert.match(
    lines(letter().autoSubmitted().autoSubmitted("auto-replied")),
    /^Auto-Submitted: auto-replied\r$/m,
  );
  refused(
    () => letter().autoSubmitted("robot" as "no"),
    /^autoSubmitted: expected one of no, auto-generated/,
  );
});

test("writes both fields of RFC 8058 for one click, only for https", () => {
  const head = lines(
    letter().listUnsubscribe("https://example.com/u?id=1", {
      oneClick: true,
      mailto: "leave+me@example.com",
    }),
  );
  assert.match(
    head,
    /^List-Unsubscribe: <https:\/\/example\.com\/u\?id=1>,\r\n <mailto:leave%2Bme@example\.com>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m,
  );
  const without = letter()
    .listUnsubscribe("https://a.example/", { oneClick: true })
    .listUnsubscribe("mailto:a@b.c");
  assert.doesNotMatch(lines(without), /List-Unsubscribe-Post/);
  refused(() => letter().listUnsubscribe("http://a.example/", { oneClick: true }), /https/);
  refused(() => letter().listUnsubscribe("mailto:a@b.c", { oneClick: true }), /https/);
  refused(() => letter().listUnsubscribe("example.com/u"), /scheme/);
  refused(() => letter().listUnsubscribe("https://a.example/>, <https://evil.example/"), /position 18/);
  refused(() => letter().listUnsubscribe("https://a.example/ü"), /new URL/);
  refused(() => letter().listUnsubscribe("https://a.example/", { mailto: "nobody" }), /./);
  refused(() => letter().listUnsubscribe("https://a.example/", { oneclick: true } as object), /oneClick/);
  assert.match(
    lines(letter().listUnsubscribe(new URL("https://a.example/ü"))),
    /<https:\/\/a\.example\/%C3%BC>/,
  );
});

test("never cuts the URL of a list", () => {
  const url = `https://example.com/${"x".repeat(800)}`;
  assert.ok(
    lines(letter().listUnsubscribe(url, { mailto: "a@b.example" })).includes(`<${url}>,\r\n <mailto:`),
  );
  assert.ok(lines(letter().header("List-Archive", `<${url}>`)).includes(`List-Archive: <${url}>\r\n`));
  refused(() => letter().listUnsubscribe(`https://example.com/${"x".repeat(900)}`), /at most 900/);
});

test("reads fields of lists by RFC 2369, including comments and NO", () => {
  const help = letter().header(
    "List-Help",
    "<https://a.example/h> (Hilfe für alle), <mailto:help@a.example>",
  );
  assert.match(
    lines(help),
    /^List-Help: <https:\/\/a\.example\/h> \(=\?UTF-8\?Q\?Hilfe_f=C3=BCr_alle\?=\),\r\n <mailto:help@a\.example>\r$/m,
  );
  assert.match(
    lines(letter().header("List-Post", "NO (posting is closed)")),
    /^List-Post: NO \(posting is closed\)\r$/m,
  );
  for (const bad of [
    "https://a.example",
    "<https://a.example",
    "<a b:c>",
    "<https://a>,",
    "<https://a> <https://b>",
    "",
  ]) {
    refused(() => letter().header("List-Help", bad), /^List-Help: /);
  }
  refused(() => letter().header("List-Help", "NO"), /^List-Help: /);
});

const listFields: [name: string, value: string, line: string][] = [
  ["List-Help", "(see below) <https://a.example>", "(see below) <https://a.example>"],
  [
    "List-Help",
    "(a)(b) <https://a.example>(c) (d), (e) <mailto:x@a.example>",
    "(a) (b) <https://a.example> (c) (d), (e) <mailto:x@a.example>",
  ],
  ["List-Help", "<https://a.example> (one \\) two)", "<https://a.example> (one \\) two)"],
  ["List-Help", "<https://a.example> (a (b) \\\\)", "<https://a.example> (a \\(b\\) \\\\)"],
  ["List-Help", "(größe \\( x) <https://a.example>", "(=?UTF-8?B?Z3LDtsOfZSAoIHg=?=) <https://a.example>"],
  [
    "List-Help",
    "<https://a.example/(x)>, <https://b.example/,>",
    "<https://a.example/(x)>, <https://b.example/,>",
  ],
  ["List-Post", "(closed) NO (for \\) now)", "NO (closed) (for \\) now)"],
  ["List-Post", " no ", "NO"],
  [
    "List-Id",
    "(ours) Shop (the) news <news.example.com> (end)",
    "Shop news (ours) (the) <news.example.com> (end)",
  ],
  ["List-Id", '"Shop \\"x\\", news" <news.example.com>', '"Shop \\"x\\", news" <news.example.com>'],
  ["List-Id", '"Shop" "news" <news.example.com>', "Shop news <news.example.com>"],
];

for (const [name, value, line] of listFields) {
  test(`a field of a list keeps its comments: ${name}: ${value}`, () => {
    const head = lines(letter().header(name, value));
    assert.ok(head.includes(`\r\n${name}: ${line}\r\n`), head);
    const [again = ""] = new RegExp(`(?<=^${name}: )(?:.*\\r\\n[ ])*.*(?=\\r$)`, "m").exec(head) ?? [];
    if (!again.includes("=?"))
      assert.equal(
        lines(letter().header(name, again.replaceAll("\r\n", ""))).includes(`${name}: ${line}`),
        true,
      );
  });
}

test("refuses fields of lists with something unclosed or misplaced", () => {
  for (const bad of [
    "(open <https://a>",
    "<https://a> (open",
    "<https://a> (x\\)",
    "word <https://a>",
    "<https://a> word",
    '"open <https://a>',
    "(only)",
    "NO <https://a>",
    ",<https://a>",
  ]) {
    refused(() => letter().header("List-Post", bad), /^List-Post: /);
  }
  for (const bad of [
    "(open <a.example>",
    '"open <a.example>',
    "<a.example> x",
    "<a b>",
    "<a.example",
    "x (y)",
  ])
    refused(() => letter().header("List-Id", bad), /^List-Id: /);
});

const keywordTexts: [text: string, line: string][] = [
  ['"a, b", c', '"a, b", c'],
  ['"order", "cup (blue)" , plain', 'order, "cup (blue)", plain'],
  ["PDF (large, (very)) , b", "PDF (large, \\(very\\)), b"],
  ["a,, b ,", "a, b"],
  ["one  two\tthree, C++", "one two three, C++"],
  ['"say \\"hi\\"", b@c: d', '"say \\"hi\\"", "b@c: d"'],
  ['"größe, 1", x', "=?UTF-8?B?Z3LDtsOfZSwgMQ==?= , x"],
  ['"a" "b, c"', '"a b, c"'],
];

for (const [text, line] of keywordTexts) {
  test(`keywords in one text are phrases: ${text}`, () => {
    const head = lines(letter().header("Keywords", text));
    assert.ok(head.includes(`\r\nKeywords: ${line}\r\n`), head);
  });
}

test("refuses a text without keywords, or with something that is not closed", () => {
  for (const bad of ["", " , ", "(only)", "a, (only)", '"open, b', "a (open, b", '""'])
    refused(() => letter().header("Keywords", bad), /^Keywords: /);
});

test("encodes the phrase of List-Id, and not its id", () => {
  assert.match(lines(letter().header("List-Id", "<news.example.com>")), /^List-Id: <news\.example\.com>\r$/m);
  assert.match(
    lines(letter().header("List-ID", '"Shop, news" <news.example.com>')),
    /^List-ID: "Shop, news" <news\.example\.com>\r$/m,
  );
  assert.match(
    lines(letter().header("List-Id", "Über uns <news.example.com>")),
    /^List-Id: =\?UTF-8\?B\?w5xiZXIgdW5z\?= <news/m,
  );
  refused(() => letter().header("List-Id", "news.example.com"), /^List-Id: expected an id such as/);
});

test("writes keywords as phrases with commas, and comments as free text", () => {
  const head = lines(letter().keywords(["order", "größe", "a, b"]).comments(["One.", "Zwölf."]));
  assert.match(head, /^Keywords: order, =\?UTF-8\?[QB]\?[^ ]*\?= , "a, b"\r$/m);
  assert.match(head, /^Comments: One\.\r\nComments: =\?UTF-8\?Q\?Zw=C3=B6lf\.\?=\r$/m);
  assert.match(lines(letter().header("Keywords", "a, b c ,d")), /^Keywords: a, b c, d\r$/m);
  const many = lines(letter().keywords(Array.from({ length: 500 }, (_, index) => `keyword ${index}`)));
  for (const line of many.split("\r\n")) assert.ok(line.length <= 78);
  refused(() => letter().keywords([]), /^keywords: /);
  refused(() => letter().keywords(["a", " "]), /keyword 1 is empty/);
});

test("accepts mailboxes for notifications of reading", () => {
  const message = letter().dispositionNotificationTo("Shop <shop@example.com>").build();
  assert.equal(message.headers.get("Disposition-Notification-To"), "Shop <shop@example.com>");
  assert.equal(
    letter().header("Disposition-Notification-To", "jürgen@example.com").build().international,
    true,
  );
  refused(() => letter().dispositionNotificationTo("nobody"), /./);
});

test("puts blocks of resending at the top, the last first, and makes the envelope from it", () => {
  const message = letter()
    .resent({ from: "a@example.com", to: "b@example.com", date: new Date(0), messageId: "1@example.com" })
    .resent({
      from: "b@example.com",
      sender: "robot@example.com",
      to: ["c@example.com"],
      cc: "d@example.com",
      bcc: "e@example.com",
      date: new Date(0),
      messageId: "2@example.com",
    })
    .build();
  assert.ok(
    message
      .formatted()
      .toString()
      .startsWith(
        [
          "Resent-Date: Thu, 01 Jan 1970 00:00:00 +0000",
          "Resent-From: b@example.com",
          "Resent-Sender: robot@example.com",
          "Resent-To: c@example.com",
          "Resent-Cc: d@example.com",
          "Resent-Message-ID: <2@example.com>",
          "Resent-Date: Thu, 01 Jan 1970 00:00:00 +0000",
          "Resent-From: a@example.com",
          "Resent-To: b@example.com",
          "Resent-Message-ID: <1@example.com>",
          "Date: ",
        ].join("\r\n"),
      ),
  );
  assert.deepEqual(message.envelope.toJSON(), {
    from: "robot@example.com",
    to: ["c@example.com", "d@example.com", "e@example.com"],
  });
});

test("removes Resent-Bcc like Bcc, unless it is kept", () => {
  const builder = letter().resent({ from: "a@example.com", bcc: "secret@example.com" });
  const kept = builder.clone().keepBcc().build();
  assert.doesNotMatch(builder.build().formatted().toString(), /secret/);
  assert.match(kept.formatted().toString(), /^Resent-Bcc: secret@example\.com\r$/m);
});

test("refuses a block of resending without author or recipient, or with unknown fields", () => {
  refused(() => letter().resent({ from: "a@example.com" }), /^resent\.to: /);
  refused(() => letter().resent({ to: "a@example.com" } as never), /./);
  refused(
    () => letter().resent({ from: "a@example.com", recipient: "b@example.com" } as never),
    /no "recipient"; there are .*, to, /,
  );
  refused(() => letter().resent({ from: "a@example.com", to: "b@example.com\r\nX: y" }), /./);
  refused(() => letter().header("Resent-To", "b@example.com"), /resent\(\)/);
});

test("writes headers in UTF-8 unencoded, and needs SMTPUTF8 if they are not ASCII", () => {
  const message = letter()
    .from('"Zoë, die Erste" <z@example.com>')
    .sender("z@example.com")
    .cc("Jürgen <j@example.com>")
    .subject("Grüße =?utf-8?q?x?= aus Köln")
    .keywords("größe")
    .header("X-Note", `${"ä".repeat(50)} ${"ö".repeat(500)}`)
    .utf8Headers()
    .build();
  const head = message.headers.toString();
  assert.match(head, /^From: shop@example\.com, "Zoë, die Erste" <z@example\.com>\r$/m);
  assert.match(head, /^Cc: Jürgen <j@example\.com>\r$/m);
  assert.match(head, /^Subject: Grüße =\?UTF-8\?B\?PT91dGYtOD9xP3g\/PQ==\?= aus Köln\r$/m);
  assert.match(head, /^Keywords: größe\r$/m);
  for (const line of head.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 998);
  assert.equal(message.headers.get("subject"), "Grüße =?utf-8?q?x?= aus Köln");
  assert.equal(message.international, true);
  assert.equal(letter().subject("plain").utf8Headers().build().international, false);
  assert.equal(letter().subject("Grüße").utf8Headers().utf8Headers(false).build().international, false);
});

test("create accepts all of these as plain data", () => {
  const message = Message.create({
    from: "shop@example.com",
    to: "zoe@example.org",
    text: "Hello",
    keywords: ["a", "b"],
    comments: "c",
    priority: "high",
    autoSubmitted: "auto-generated",
    listUnsubscribe: { url: "https://a.example/", oneClick: true },
    dispositionNotificationTo: "shop@example.com",
    resent: { from: "a@example.com", to: "b@example.com" },
    alternative: { type: "text/x-amp-html", text: "<html amp4email>" },
    calendar: { ics: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n", attach: true },
    utf8Headers: true,
  });
  for (const name of ["Keywords", "Comments", "Importance", "Auto-Submitted", "List-Unsubscribe-Post"]) {
    assert.ok(message.headers.has(name), name);
  }
  for (const field of ["calendar", "listUnsubscribe", "alternative", "resent", "priority", "keywords"]) {
    assert.throws(
      () => Message.create({ from: "a@example.com", to: "b@example.com", [field]: null } as never),
      (error) => EnvoiError.is(error),
      field,
    );
  }
  assert.throws(
    () =>
      Message.create({ from: "a@b.c", to: "a@b.c", listUnsubscribe: { url: "https://a", one: 1 } } as never),
    MessageError,
  );
});
