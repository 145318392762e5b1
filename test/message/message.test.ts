import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { Mailbox } from "#src/address/mailbox.js";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";

function letter() {
  return Message.builder().from("shop@example.com").to("zoe@example.org");
}

test("a message with text has the headers every mail needs", () => {
  const message = letter().subject("Hello").text("Hello, Zoe!\n").date("2026-11-21T09:30:00+01:00").build();
  const [head = "", body] = message.formatted().toString("latin1").split("\r\n\r\n");
  assert.deepEqual(head.replace(/[0-9a-f-]{36}/, "ID").split("\r\n"), [
    "Date: Sat, 21 Nov 2026 09:30:00 +0100",
    "From: shop@example.com",
    "To: zoe@example.org",
    "Subject: Hello",
    "Message-ID: <ID@example.com>",
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 7bit",
  ]);
  assert.equal(body, "Hello, Zoe!\r\n");
});

test("text, HTML, inline images and attachments make the tree that readers expect", async () => {
  const message = letter()
    .subject("Ihre Bestellung: zwei schöne Äpfel")
    .text("Grüße!\n")
    .html('<img src="cid:logo@example.com">\n')
    .attach(Attachment.fromBytes("logo.png", Buffer.from("png")).inline("logo@example.com"))
    .attach(Attachment.fromBytes("Rechnung März.pdf", Buffer.from("%PDF-")))
    .build();
  const types = Array.from(
    message
      .formatted()
      .toString("latin1")
      .matchAll(/Content-Type: ([a-z/]+)/g),
    ([, type]) => type,
  );
  assert.deepEqual(types, [
    "multipart/mixed",
    "multipart/alternative",
    "text/plain",
    "multipart/related",
    "text/html",
    "image/png",
    "application/pdf",
  ]);
  const parsed = await PostalMime.parse(message.formatted());
  assert.equal(parsed.subject, "Ihre Bestellung: zwei schöne Äpfel");
  assert.equal(parsed.text, "Grüße!\r\n");
  assert.deepEqual(
    parsed.attachments.map(({ filename, mimeType, disposition, contentId }) => ({
      filename,
      mimeType,
      disposition,
      contentId,
    })),
    [
      { filename: "logo.png", mimeType: "image/png", disposition: "inline", contentId: "<logo@example.com>" },
      {
        filename: "Rechnung März.pdf",
        mimeType: "application/pdf",
        disposition: "attachment",
        contentId: undefined,
      },
    ],
  );
});

test("Bcc counts for the envelope and is not written unless it is kept", () => {
  const builder = letter().bcc(Mailbox.of("boss@example.com", "Boss")).text("");
  const kept = builder.clone().keepBcc().build();
  const message = builder.build();
  assert.deepEqual(message.envelope.to.map(String), ["zoe@example.org", "boss@example.com"]);
  assert.equal(message.formatted().includes("boss"), false);
  assert.equal(message.headers.has("bcc"), false);
  assert.equal(kept.headers.get("Bcc"), "Boss <boss@example.com>");
});

test("a builder builds once and says how to build more", () => {
  const builder = letter().text("");
  builder.build();
  for (const again of [() => builder.build(), () => builder.to("x@example.com"), () => builder.clone()]) {
    assert.throws(again, (error) => error instanceof MessageError && /clone\(\)/.test(error.message));
  }
});

test("clones share what was there and nothing that comes after", () => {
  const builder = letter().text("");
  const other = builder.clone().to("other@example.net");
  assert.deepEqual(builder.build().envelope.to.map(String), ["zoe@example.org"]);
  assert.deepEqual(other.build().envelope.to.map(String), ["zoe@example.org", "other@example.net"]);
});

test("create takes the builder's names, one or several", () => {
  const message = Message.create({
    from: "shop@example.com",
    to: ["a@example.org", "b@example.org"],
    subject: "Hi",
    text: "Hi",
    headers: { "X-One": "1", "X-Many": ["2", "3"] },
  });
  assert.deepEqual(message.envelope.to.map(String), ["a@example.org", "b@example.org"]);
  assert.deepEqual(message.headers.getAll("x-many"), ["2", "3"]);
});

test("create refuses an unknown field and names the nearest", () => {
  for (const [field, near] of [
    ["attachments", "attach"],
    ["sbject", "subject"],
    ["reply_to", "replyTo"],
    ["__proto__", "to"],
  ] as const) {
    const fields = JSON.parse(`{ "from": "a@example.com", "to": "b@example.com", "${field}": "x" }`);
    assert.throws(
      () => Message.create(fields),
      (error) => {
        assert.ok(error instanceof MessageError);
        assert.equal(error.field, field);
        if (field !== "__proto__") assert.match(error.message, new RegExp(`nearest is ${near}$`));
        return true;
      },
    );
  }
});
