import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { Mailbox } from "#src/address/mailbox.js";
import { EnvoiError } from "#src/errors.js";
import { Attachment } from "#src/message/attachment.js";
import type { MessageBuilder } from "#src/message/builder.js";
import { Message } from "#src/message/message.js";
import type { MessageFields } from "#src/message/message-fields.js";
import { MessageError } from "#src/mime/message-error.js";
import { MultiPart } from "#src/mime/multi-part.js";
import { SinglePart } from "#src/mime/single-part.js";
import { cpuTime } from "../cpu-time.js";

function letter(): MessageBuilder {
  return Message.builder().from("shop@example.com").to("zoe@example.org").text("Hello");
}

function refused(run: () => unknown, what: string, field?: string): void {
  assert.throws(
    run,
    (error) => {
      assert.ok(EnvoiError.is(error) && error.permanent && error.delivery === "not-sent", what);
      assert.ok(error.kind === "message" || error.kind === "address", what);
      if (field !== undefined) assert.equal((error as MessageError).field, field, what);
      return true;
    },
    what,
  );
}

const injections = [
  "x\r\nBcc: evil@x",
  "x\nBcc: e",
  "x\rBcc: e",
  "x\r\n\r\nbody",
  "x\0y",
  "x\u2028y",
  "x\ud800",
];

test("refuses line ends in every field", () => {
  for (const bad of injections) {
    const what = JSON.stringify(bad);
    refused(() => letter().subject(bad), what, "subject");
    refused(() => letter().from(`${bad} <a@example.com>`), what);
    refused(() => letter().to(bad), what);
    refused(() => letter().sender(bad), what);
    refused(() => letter().replyTo(bad), what);
    refused(() => letter().messageId(`<${bad}@x>`), what, "messageId");
    refused(() => letter().inReplyTo(bad), what, "inReplyTo");
    refused(() => letter().references(bad), what, "references");
    refused(() => letter().header("List-Unsubscribe", bad), what, "List-Unsubscribe");
    refused(() => letter().header("X-Custom", bad), what, "X-Custom");
    refused(() => letter().header(bad, "value"), what, "header");
    refused(() => letter().date(bad), what, "date");
    refused(
      () => Message.create({ from: "a@example.com", to: "b@example.com", text: "", headers: { [bad]: "x" } }),
      what,
    );
  }
});

test("refuses fields that would break or misrepresent the mail", () => {
  for (const name of [
    "Bcc",
    "bcc",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
    "DKIM-Signature",
    "Received",
    "Return-Path",
    "Resent-Bcc",
  ]) {
    refused(() => letter().header(name, "x"), name, name);
  }
  for (const name of ["", "X A", "From: ceo@x (", "X-é"]) refused(() => letter().header(name, "x"), name);
});

test("refuses a second header that must not be repeated", () => {
  refused(() => letter().subject("a").header("Subject", "b"), "Subject", "Subject");
  refused(() => letter().header("SUBJECT", "a").header("Subject", "b"), "Subject");
  refused(() => letter().header("From", "other@example.com"), "From");
  refused(() => letter().date(new Date()).header("Date", "2026-11-21T00:00:00Z"), "Date");
  refused(
    () => letter().header("List-Unsubscribe", "<https://a>").header("List-Unsubscribe", "<https://b>"),
    "List-Unsubscribe",
  );
  assert.deepEqual(
    letter().header("Comments", "a").header("Comments", "b").build().headers.getAll("Comments"),
    ["a", "b"],
  );
  assert.equal(
    letter().header("Reply-To", "help@example.com").build().headers.get("reply-to"),
    "help@example.com",
  );
});

test("treats names of the prototype like other names", () => {
  const fields = JSON.parse(
    '{"from":"a@example.com","to":"b@example.com","text":"","headers":{"__proto__":"x","constructor":"y"}}',
  );
  const { headers } = Message.create(fields as MessageFields);
  assert.deepEqual([headers.get("__proto__"), headers.get("constructor")], ["x", "y"]);
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

test("refuses a message without author or recipient, and several authors without a sender", () => {
  refused(() => Message.builder().to("a@example.com").text("").build(), "no author", "from");
  refused(() => Message.builder().from("a@example.com").text("").build(), "no recipient", "to");
  refused(() => letter().from("b@example.com").build(), "two authors", "sender");
  const message = letter().from("b@example.com").sender("c@example.com").build();
  assert.equal(String(message.envelope.from), "c@example.com");
});

test("keeps the builder open after a refused build", () => {
  const builder = Message.builder().from("a@example.com").text("");
  refused(() => builder.build(), "no recipient");
  assert.equal(builder.to("b@example.com").build().envelope.to.length, 1);
});

test("refuses a lone surrogate in text, HTML and body, with its position", () => {
  for (const field of ["text", "html", "body"] as const) {
    assert.throws(
      () => Message.builder()[field]("ab\ud800c"),
      (error) => error instanceof MessageError && error.field === field && error.position === 2,
    );
  }
  // The character that stands for such halves may itself be written.
  assert.ok(letter().text("a\ufffdb and more").build().formatted().includes("=EF=BF=BD"));
});

test("never opens a file for plain data, nor takes it for content", () => {
  const path = { path: "/etc/passwd", href: "file:///etc/passwd", raw: { path: "/etc/passwd" } };
  for (const field of ["text", "html", "body", "attach", "subject", "envelope", "from", "headers"] as const) {
    const fields = { from: "a@example.com", to: "b@example.com", [field]: path };
    refused(() => Message.create(fields as unknown as MessageFields), field);
  }
  const lookalike = { name: "a", contentId: undefined, part: { type: "text/plain" }, ...path };
  refused(() => letter().attach(lookalike as unknown as Attachment), "look-alike", "attach");
  refused(() => letter().attach([lookalike] as unknown as Attachment), "look-alike", "attach[0]");
  refused(() => Message.create(null as unknown as MessageFields), "null");
});

test("refuses text and body together", () => {
  refused(() => letter().body("other").build(), "text and body", "body");
});

test("preserves bodies that look like the end of the mail", () => {
  for (const text of [
    "a\r\n.\r\nMAIL FROM:<e@x>\r\n",
    "a\n.\n",
    "a\r.\r",
    "a\n.\r\n",
    "\r\n.\n",
    "\r.\r\n",
    ".",
    "",
    "...",
    "\r\n.\r",
  ]) {
    const raw = letter().text(text).html("x").build().formatted().toString("latin1");
    const [, body = ""] = /text\/plain.*?\r\n\r\n(.*?)\r\n--=_/s.exec(raw) ?? [];
    const decoded = body.replaceAll("=\r\n", "").replaceAll("=0D", "\r").replaceAll("=0A", "\n");
    assert.equal(decoded, text.replace(/\r?\n/g, "\r\n"), JSON.stringify(text));
    assert.doesNotMatch(raw, /\r(?!\n)|(?<!\r)\n/);
  }
});

test("long inputs take time in proportion to their length", () => {
  const spent = cpuTime();
  const text = `${"x".repeat(2_000_000)}\n${" ".repeat(1_000_000)}\n${"ü".repeat(1_000_000)}`;
  const message = letter()
    .subject(" ".repeat(200_000))
    .header("X-Long", "a ".repeat(200_000))
    .references("<a@b> ".repeat(80_000))
    .text(text);
  for (let index = 0; index < 100_000; index++) message.bcc(`user${index}@example.org`);
  for (const line of message.build().formatted().toString("latin1").split("\r\n"))
    assert.ok(line.length <= 998);
  assert.ok(spent() < 20_000);
});

test("refuses line ends in attachments, parts and boundaries", () => {
  const octets = Buffer.from("x");
  for (const bad of injections) {
    const what = JSON.stringify(bad);
    refused(() => Mailbox.of("a@example.com", bad), what);
    refused(() => Attachment.fromBytes(bad, octets), what, "name");
    refused(() => Attachment.fromPath(`/tmp/${bad}`), what, "path");
    refused(() => Attachment.fromBytes("a.txt", octets, { name: bad }), what, "name");
    refused(() => Attachment.fromBytes("a.txt", octets, bad), what, "type");
    refused(() => Attachment.fromBytes("a.txt", octets, `text/plain; x="${bad}"`), what, "type");
    refused(() => Attachment.fromBytes("a.txt", octets, { description: bad }), what, "description");
    refused(() => Attachment.fromBytes("a.txt", octets).inline(bad), what, "contentId");
    refused(() => SinglePart.text("x", { type: `text/${bad}` }), what, "type");
    refused(() => SinglePart.plain("x").with({ contentId: bad }), what, "contentId");
    refused(() => MultiPart.of(bad, [SinglePart.plain("x")]), what, "subtype");
    refused(() => MultiPart.mixed([SinglePart.plain("x")], { boundary: bad }), what, "boundary");
    refused(() => letter().keywords([bad]), what, "keywords");
    refused(() => letter().comments(bad), what, "comments");
    refused(() => letter().listUnsubscribe(`https://a.example/${bad}`), what, "listUnsubscribe");
    refused(() => letter().header("List-Help", `<https://a.example/${bad}>`), what, "List-Help");
    refused(() => letter().header("List-Help", `<https://a.example/> (${bad})`), what, "List-Help");
    refused(() => letter().header("List-Id", `${bad} <a.example>`), what, "List-Id");
    refused(() => letter().header("Auto-Submitted", bad), what, "Auto-Submitted");
    refused(() => letter().dispositionNotificationTo(bad), what);
    refused(() => letter().resent({ from: bad, to: "b@example.com" }), what);
    refused(() => letter().resent({ from: "a@example.com", to: "b@example.com", messageId: bad }), what);
    refused(() => letter().alternative(`text/${bad}`, "x"), what);
  }
});

test("accepts no header that is already encoded", () => {
  for (const value of [{ prepared: true, value: "a\r\nBcc: e@x" }, ["a"], 1, null, Buffer.from("a")]) {
    refused(() => letter().header("X-A", value as never), JSON.stringify(value), "X-A");
  }
  const headers = { "X-A": { prepared: true, value: "a\r\nBcc: e@x" } } as never;
  refused(() => Message.create({ from: "a@example.com", to: "b@example.com", headers }), "prepared", "X-A");
});

test("refuses a boundary that is not valid or that a part contains", () => {
  const parts = [SinglePart.plain("--here\nand here")];
  for (const boundary of ['a"b', "a\r\nb", "a".repeat(71), "a ", "", "ü", "here", 1 as never]) {
    refused(() => MultiPart.mixed(parts, { boundary }), String(boundary), "boundary");
  }
  const inner = MultiPart.mixed(parts, { boundary: "inner" });
  refused(() => MultiPart.mixed([inner], { boundary: "inner" }), "that of a part", "boundary");
  // A delimiter at whose beginning the outer one stands would end it.
  refused(() => MultiPart.mixed([inner], { boundary: "inn" }), "the beginning of that of a part", "boundary");
});

test("long subjects, names and references come back whole, in lines of at most 998 octets", async () => {
  const references = Array.from({ length: 12_000 }, (_, index) => `<${index}.${"x".repeat(30)}@example.com>`);
  for (const subject of ["A".repeat(1200), "\u{1f600}".repeat(5000), `${"ü ".repeat(3000)}end`]) {
    const message = letter().subject(subject).references(references).build();
    const raw = message.formatted();
    for (const line of raw.toString("latin1").split("\r\n")) assert.ok(line.length <= 998);
    const parsed = await PostalMime.parse(raw, { maxHeadersSize: 10_000_000 });
    assert.equal(parsed.subject, subject);
    assert.deepEqual(parsed.references?.split(/\s+/), references);
  }
});

test("refuses a lone surrogate in every kind of text at once", () => {
  const half = "a\ud800";
  refused(() => letter().subject(half), "subject", "subject");
  refused(() => Attachment.fromBytes(half, "x"), "file name", "name");
  refused(() => Attachment.fromBytes("a.txt", half), "octets", "bytes");
  refused(() => letter().alternative("text/markdown", half), "alternative", "alternative");
  refused(
    () => letter().calendar(`BEGIN:VCALENDAR\n${half}\nEND:VCALENDAR`, { method: "ADD" }),
    "ics",
    "calendar",
  );
});

test("bodies without a line end, of nothing, of dots and of one line of 2 MB come back exactly", async () => {
  for (const body of ["no line end", "", ".", "..\r\n.\r\n", "x".repeat(2_000_000), "ü".repeat(1_000_000)]) {
    const raw = letter().text(body).attach(Attachment.fromBytes("a.txt", body)).build().formatted();
    for (const line of raw.toString("latin1").split("\r\n")) assert.ok(line.length <= 998);
    const parsed = await PostalMime.parse(raw);
    // postal-mime adds line ends to a text; the attachment is octet for octet.
    assert.equal((parsed.text ?? "").replace(/\n+$/, ""), body.replaceAll("\r", "").replace(/\n+$/, ""));
    assert.equal(Buffer.from(parsed.attachments[0]?.content as ArrayBuffer).toString(), body);
  }
});

test("opens no path or URL at any depth of plain data", () => {
  const path = { path: "/etc/passwd", href: "http://127.0.0.1:1/" };
  const base = { from: "a@example.com", to: "b@example.com", text: "x" };
  for (const fields of [
    { raw: path },
    { attachments: [path] },
    { attach: [path] },
    { attach: { part: path } },
    { alternatives: [path] },
    { alternative: path },
    { alternative: { type: "text/markdown", text: path } },
    { icalEvent: path },
    { calendar: path },
    { calendar: { ics: path } },
    { amp: path },
    { text: path },
    { html: path },
    { body: path },
    { envelope: path },
    { to: path },
    { resent: path },
    { listUnsubscribe: path },
    { headers: { "X-A": path } },
  ]) {
    refused(() => Message.create({ ...base, ...fields } as never), JSON.stringify(fields));
  }
});

test("treats what looks like a data: URI as text, in linear time", async () => {
  const spent = cpuTime();
  for (const uri of [
    `data:text/plain;base64,${"A".repeat(10_000_000)}`,
    `data:${"A".repeat(10_000_000)}`,
    `data:text/plain${";a=b".repeat(100_000)},x`,
  ]) {
    const message = letter().attach(Attachment.fromBytes("a.txt", uri)).build();
    const parsed = await PostalMime.parse(message.formatted());
    assert.equal(Buffer.from(parsed.attachments[0]?.content as ArrayBuffer).toString(), uri);
    refused(() => Attachment.fromBytes("a.txt", Buffer.of(1), uri), "a type");
  }
  assert.ok(spent() < 20_000);
});

test("long fields of every kind take time in proportion to their length", () => {
  const spent = cpuTime();
  const long = 1_000_000;
  letter().keywords(Array.from({ length: 100_000 }, (_, index) => `ü${index}`));
  letter().header("Keywords", `${"a,".repeat(long)}a`);
  letter().header("List-Archive", `${"<https://a.example/>, ".repeat(50_000)}<https://a.example/>`);
  for (const [name, value] of [
    ["List-Help", `<https://a>${" ".repeat(long)}x`],
    ["List-Help", "(".repeat(long)],
    ["List-Help", `<https://a> (${" ".repeat(long)}`],
    ["List-Id", `${" ".repeat(long)}x`],
    ["List-Id", `"${"\\".repeat(long)}`],
    ["List-Id", `${"a <".repeat(long)}`],
  ] as const) {
    refused(() => letter().header(name, value), name, name);
  }
  const ics = `BEGIN:VCALENDAR\nMETHOD:ADD\n${"X:y\n z\n".repeat(200_000)}${"\nEND:VCALENDAR ".repeat(50_000)}x`;
  refused(() => letter().calendar(ics), "calendar", "calendar");
  letter().calendar(`${ics.slice(0, -1)}\nEND:VCALENDAR\n`);
  for (const type of [`text/plain${"; a=b".repeat(100_000)}`, `text/plain; a="${"\\".repeat(long)}`]) {
    refused(() => SinglePart.bytes(Buffer.of(1), type), "type", "type");
  }
  assert.ok(spent() < 20_000);
});
