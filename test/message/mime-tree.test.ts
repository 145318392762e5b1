import assert from "node:assert/strict";
import { test } from "node:test";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { Report } from "#src/message/report.js";
import { MultiPart } from "#src/mime/multi-part.js";
import { SinglePart } from "#src/mime/single-part.js";

function letter() {
  return Message.builder().from("a@example.com").to("b@example.org");
}

function typesOf(message: Message): string[] {
  const raw = message.formatted().toString().replaceAll("\r\n ", " ");
  return Array.from(raw.matchAll(/^Content-Type: ([^;\r]*)/gm), ([, type = ""]) => type);
}

const image = Attachment.fromBytes("a.png", Buffer.of(1));
const ics = (method: string): string =>
  `BEGIN:VCALENDAR\r\n${method}BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;

test("refuses a message without body and attachment, but accepts an empty text", () => {
  assert.throws(() => letter().build(), { kind: "message", field: "text" });
  assert.throws(() => Message.create({ from: "a@example.com", to: "b@example.org", text: undefined }), {
    field: "text",
  });
  assert.deepEqual(typesOf(letter().text("").build()), ["text/plain"]);
  assert.deepEqual(typesOf(letter().attach(image).build()), ["multipart/mixed", "image/png"]);
});

test("makes one part of an attachment with a Content-ID that is attached twice", () => {
  const logo = image.inline("logo@a");
  const message = letter().html('<img src="cid:logo@a">').attach([logo, logo]).attach(logo.part).build();
  assert.deepEqual(typesOf(message), ["multipart/related", "text/html", "image/png"]);
  // Without an id it was asked for twice.
  assert.equal(typesOf(letter().text("").attach([image, image]).build()).length, 4);
});

test("refuses different parts with one Content-ID anywhere", () => {
  const one = image.inline("x@a");
  const other = Attachment.fromBytes("b.png", Buffer.of(2)).inline("x@a");
  const duplicate = { kind: "message", field: "contentId" };
  assert.throws(() => letter().html("x").attach([one, other]).build(), duplicate);
  assert.throws(() => letter().text("x").attach([one, other]).build(), duplicate);
  assert.throws(
    () =>
      letter()
        .body(MultiPart.mixed([one.part, other.part]))
        .build(),
    duplicate,
  );
  assert.throws(
    () =>
      letter()
        .html(SinglePart.html("x", { contentId: "<x@a>" }))
        .attach(one)
        .build(),
    duplicate,
  );
});

test("puts a part to which the HTML refers into related", () => {
  const part = SinglePart.bytes(Buffer.of(1), "image/png", { contentId: "a&b@c" });
  for (const html of [
    '<img src="cid:a&amp;b@c">',
    "<img src=cid:a&amp;b&#64;c>",
    "<b style=\"background:url('CID:a%26b@c')\">ü</b>",
  ]) {
    assert.deepEqual(
      typesOf(letter().html(html).attach(part).build()),
      ["multipart/related", "text/html", "image/png"],
      html,
    );
  }
  assert.deepEqual(typesOf(letter().html("a&b@c").attach(part).build()), [
    "multipart/mixed",
    "text/html",
    "image/png",
  ]);
});

function calendarType(message: Message): string | undefined {
  return /^Content-Type: (text\/calendar[^\r]*)/m.exec(
    message.formatted().toString().replaceAll("\r\n ", " "),
  )?.[1];
}

test("states the method of an attached calendar in its type, if it is the only one", () => {
  const attached = (text: string, type?: string): Message =>
    letter()
      .text("x")
      .attach(Attachment.fromBytes("a.ics", text, type))
      .build();
  assert.match(
    calendarType(attached(ics("METHOD:publish\r\n"))) ?? "",
    /^text\/calendar; method=PUBLISH; name="a\.ics"$/,
  );
  assert.match(
    calendarType(attached(`\ufeff\n${ics("METH\n OD:ADD\n")}`)) ?? "",
    /; method=ADD; charset=utf-8;/,
  );
  assert.match(
    calendarType(attached(ics("METHOD:ADD\n"), "text/calendar; method=REPLY")) ?? "",
    /; method=REPLY/,
  );
  for (const none of ["", "METHOD:A\nMETHOD:B\n", "METHOD:a b\n", "X-METHOD:ADD\n"])
    assert.doesNotMatch(calendarType(attached(ics(none))) ?? "", /method=/);
  const file = Attachment.fromBytes("a.ics", ics("METHOD:ADD\n"));
  const beside = letter().text("x").calendar(ics("METHOD:ADD\n")).attach(file).build().formatted().toString();
  assert.equal(beside.match(/method=/g)?.length, 1);
  const calendar = SinglePart.text(ics("METHOD:ADD\n"), { type: "text/calendar; method=ADD" });
  const inBody = letter()
    .body(MultiPart.alternative([SinglePart.plain("x"), calendar]))
    .attach(file)
    .build();
  assert.equal(
    inBody
      .formatted()
      .toString()
      .match(/method=/g)?.length,
    1,
  );
});

test("states the method only of calendars that are in memory", async () => {
  const file = Attachment.fromStream("a.ics", () => Buffer.from(ics("METHOD:ADD\n")));
  const raw = (attachment: Attachment) => letter().text("x").attach(attachment).build().bytes();
  assert.doesNotMatch((await raw(file)).toString(), /method=/);
  assert.match((await raw(await file.encoded())).toString(), /text\/calendar; method=ADD/);
});

test("calendar() removes a byte order mark and leading empty lines", () => {
  for (const front of ["\ufeff", "\r\n\n", "\ufeff \r\n\t\n", "\r\n\ufeff"]) {
    const raw = letter()
      .calendar(front + ics("METHOD:ADD\r\n"))
      .build()
      .formatted()
      .toString();
    assert.match(raw, /7bit\r\n\r\nBEGIN:VCALENDAR\r\n/);
  }
  assert.throws(() => letter().calendar(ics("METHOD:ADD\n"), { attach: 1 as never }), {
    field: "calendar.attach",
  });
});

for (const returned of ["headers", "full"] as const) {
  test(`a report that returns ${returned} names no blind copies`, () => {
    const message = Message.create({
      from: "a@example.com",
      to: "b@example.org",
      bcc: "secret@example.org",
      text: "Bcc: in the body",
      keepBcc: true,
      resent: { from: "a@example.com", to: "c@example.org", bcc: "hidden@example.org" },
    });
    const octets = Buffer.from(
      "From: a@b\r\nbcc : secret@x,\r\n\tsecret@y\r\nTo: b@c\r\nRESENT-BCC:hidden@x\r\n\r\nBcc: in the body\r\n",
    );
    for (const original of [
      message,
      octets,
      message.formatted(),
      Buffer.from(octets.toString().replaceAll("\r", "")),
    ]) {
      for (const report of [
        Report.deliveryStatus({
          text: "x",
          reportingMta: "mx.example.com",
          recipients: [{ recipient: "b@example.org", action: "failed", status: "5.1.1" }],
          original,
          returned,
        }),
        Report.feedback({ text: "x", type: "abuse", userAgent: "x/1", original, returned }),
      ]) {
        const raw = letter().keepBcc().body(report).build().formatted().toString();
        assert.doesNotMatch(raw, /secret|hidden|^(?:resent-)?bcc *:(?! in the body)/im);
        assert.match(raw, /To: b@/);
        assert.equal(/in the body/.test(raw), returned === "full");
      }
    }
  });
}

test("allows Content-* fields of the message that the library does not write", () => {
  const message = letter()
    .text("Hallo")
    .header("Content-Language", "de")
    .header("Content-Location", "https://a.example/x")
    .build();
  assert.match(
    message.formatted().toString(),
    /^Content-Language: de\r\nContent-Location: https:\/\/a\.example\/x\r\n/m,
  );
  for (const name of [
    "Content-Length",
    "Content-Type",
    "Content-ID",
    "Content-Description",
    "content-disposition",
  ])
    assert.throws(() => letter().header(name, "1"), { kind: "message", field: name });
  assert.throws(() => letter().header("Content-Language", "de").header("content-language", "en"), {
    kind: "message",
  });
  const part = SinglePart.plain("x", { headers: { "content-language": "en" } });
  assert.throws(() => letter().header("Content-Language", "de").text(part).build(), {
    field: "Content-Language",
  });
});

test("accepts headers as a Map and as the Headers of the web", () => {
  const base = { from: "a@example.com", to: "b@example.org", text: "x" };
  for (const headers of [new Map([["X-A", "b"]]), new globalThis.Headers({ "X-A": "b" }), { "X-A": "b" }])
    assert.equal(Message.create({ ...base, headers }).headers.get("X-A"), "b");
  assert.deepEqual(
    Message.create({ ...base, headers: new Map([["X-A", ["b", "c"]]]) }).headers.getAll("X-A"),
    ["b", "c"],
  );
  for (const headers of [new Set(["X-A"]), [["X-A", "b"]], "X-A: b", 1])
    assert.throws(() => Message.create({ ...base, headers: headers as never }), { field: "headers" });
});

for (const [urls, good] of [
  ["<https://a.example/x>", true],
  ["<mailto:a@b.example>, <https://a.example/x>", true],
  ["<https://a.example/x>, <https://b.example/y>", false],
  ["<https://a.example/x>, <http://b.example/y>", false],
  ["<http://a.example/x>", false],
] as const) {
  test(`one click ${good ? "goes" : "does not go"} with ${urls}`, () => {
    const build = () =>
      letter()
        .text("x")
        .header("List-Unsubscribe", urls)
        .header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
        .build();
    if (good) assert.ok(build());
    else assert.throws(build, { field: "List-Unsubscribe-Post" });
  });
}

test("refuses another type for an attached mail, and parameters for a part of an alternative", () => {
  assert.throws(() => Attachment.fromMessage(Buffer.from("A: b\n"), { type: "text/plain" }), {
    field: "type",
  });
  const part = SinglePart.text("x", { type: "text/markdown" });
  assert.throws(() => letter().alternative("text/markdown; variant=GFM", part), { field: "alternative" });
});
