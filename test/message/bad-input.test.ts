import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvoiError } from "#src/errors.js";
import type { Attachment } from "#src/message/attachment.js";
import type { MessageBuilder } from "#src/message/builder.js";
import type { MessageFields } from "#src/message/fields.js";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";

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

test("nothing that ends a line gets into any field", () => {
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

test("fields that would break the mail or lie about it are refused", () => {
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

test("a header that may stand once is refused a second time", () => {
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

test("names from the prototype are names like others", () => {
  const fields = JSON.parse(
    '{"from":"a@example.com","to":"b@example.com","text":"","headers":{"__proto__":"x","constructor":"y"}}',
  );
  const { headers } = Message.create(fields as MessageFields);
  assert.deepEqual([headers.get("__proto__"), headers.get("constructor")], ["x", "y"]);
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

test("a message without author or recipient, or of several authors without a sender, is refused", () => {
  refused(() => Message.builder().to("a@example.com").text("").build(), "no author", "from");
  refused(() => Message.builder().from("a@example.com").text("").build(), "no recipient", "to");
  refused(() => letter().from("b@example.com").build(), "two authors", "sender");
  const message = letter().from("b@example.com").sender("c@example.com").build();
  assert.equal(String(message.envelope.from), "c@example.com");
});

test("a refused build leaves the builder open", () => {
  const builder = Message.builder().from("a@example.com").text("");
  refused(() => builder.build(), "no recipient");
  assert.equal(builder.to("b@example.com").build().envelope.to.length, 1);
});

test("half of a surrogate pair is refused in text, HTML and body, with its position", () => {
  for (const field of ["text", "html", "body"] as const) {
    assert.throws(
      () => Message.builder()[field]("ab\ud800c"),
      (error) => error instanceof MessageError && error.field === field && error.position === 2,
    );
  }
  // The character that stands for such halves may itself be written.
  assert.ok(letter().text("a\ufffdb and more").build().formatted().includes("=EF=BF=BD"));
});

test("plain data never opens a file or stands for content", () => {
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

test("text and body do not go together", () => {
  refused(() => letter().body("other").build(), "text and body", "body");
});

test("bodies that look like the end of the mail come back exactly", () => {
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
  const started = process.cpuUsage().user;
  const text = `${"x".repeat(2_000_000)}\n${" ".repeat(1_000_000)}\n${"ü".repeat(1_000_000)}`;
  const message = letter()
    .subject(" ".repeat(200_000))
    .header("X-Long", "a ".repeat(200_000))
    .references("<a@b> ".repeat(80_000))
    .text(text);
  for (let index = 0; index < 100_000; index++) message.bcc(`user${index}@example.org`);
  for (const line of message.build().formatted().toString("latin1").split("\r\n"))
    assert.ok(line.length <= 998);
  assert.ok(process.cpuUsage().user - started < 20_000_000);
});
