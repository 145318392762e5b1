import assert from "node:assert/strict";
import { test } from "node:test";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";
import { MultiPart } from "#src/mime/multi-part.js";
import { SinglePart } from "#src/mime/single-part.js";

function letter() {
  return Message.builder().from("shop@example.com").to("zoe@example.org");
}

function forwarded(mail: Message | Uint8Array, eightBit = false): string {
  const message = letter().text("See below").attach(Attachment.fromMessage(mail)).build();
  return Buffer.concat(message.content({ eightBit }).chunks ?? []).toString("latin1");
}

test("forwards a message octet for octet", () => {
  const inner = letter().subject("Grüße").text("Grüße").html("<p>x</p>").build();
  for (const mail of [inner, inner.formatted()]) {
    const raw = forwarded(mail);
    assert.match(
      raw,
      /Content-Type: message\/rfc822; name="message\.eml"\r\nContent-Disposition: attachment; filename="message\.eml"\r\nContent-Transfer-Encoding: 7bit\r\n/,
    );
    assert.ok(raw.includes(`7bit\r\n\r\n${inner.formatted().toString("latin1")}\r\n--`));
    assert.ok(forwarded(mail, true).includes(inner.formatted().toString("latin1")));
  }
});

test("sends non-ASCII octets unencoded if the server allows it, else as message/global", () => {
  const mail = Buffer.from("Subject: x\n\nGrüße\n");
  assert.match(
    forwarded(mail, true),
    /message\/rfc822; name=.*\r\n.*\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: x\r\n\r\n/,
  );
  assert.match(
    forwarded(mail),
    /message\/global; name=.*\r\n.*\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVj/,
  );
  assert.match(
    forwarded(Buffer.from("Subject: ü\r\n\r\nx"), true),
    /message\/global; name=.*\r\n.*\r\nContent-Transfer-Encoding: 8bit/,
  );
  assert.match(
    forwarded(Buffer.from("Subject: x\r\n\r\na\rb")),
    /message\/global; name=.*\r\n.*\r\nContent-Transfer-Encoding: base64/,
  );
  assert.match(
    forwarded(Buffer.from(`Subject: x\r\n\r\n${"x".repeat(999)}`), true),
    /message\/global; name=.*\r\n.*\r\n.*base64/,
  );
});

test("forwards a message with a stream as a stream", async () => {
  const file = Attachment.fromStream("a.bin", () => Buffer.from("octets"));
  const inner = letter().text("x").attach(file).build();
  const outer = letter()
    .attach(Attachment.fromMessage(inner, { name: "wie es war.eml" }))
    .build();
  const raw = (await outer.bytes()).toString("latin1");
  assert.match(raw, /Content-Type: message\/rfc822; name="wie es war\.eml"\r\n/);
  assert.ok(raw.includes((await inner.bytes()).toString("latin1")));
  assert.throws(() => outer.formatted(), MessageError);
  const international = letter().to("jürgen@example.com").text("x").attach(file).build();
  const encoded = await letter().attach(Attachment.fromMessage(international)).build().bytes();
  assert.match(
    encoded.toString("latin1"),
    /message\/global; name=.*\r\n.*\r\nContent-Transfer-Encoding: base64/,
  );
});

test("nests mails in mails without deep recursion", () => {
  let message = letter().text("x").build();
  for (let depth = 0; depth < 300; depth++) {
    message = letter().attach(Attachment.fromMessage(message)).build();
  }
  const raw = message.formatted().toString("latin1");
  assert.equal(raw.match(/^From: /gm)?.length, 301);
});

test("allows a mail as a part anywhere, as in a digest, and refuses anything else", () => {
  const digest = MultiPart.of("digest", [SinglePart.message(Buffer.from("Subject: a\r\n\r\nb\r\n"))]);
  assert.match(
    letter().body(digest).build().formatted().toString(),
    /message\/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: a/,
  );
  for (const bad of [undefined, null, "Subject: x", { path: "/etc/passwd" }, { stream: "x", content: "y" }]) {
    assert.throws(() => Attachment.fromMessage(bad as never), MessageError);
  }
});
