import assert from "node:assert/strict";
import { test } from "node:test";
import PostalMime from "postal-mime";
import { Mailbox } from "#src/address/mailbox.js";
import { Attachment } from "#src/message/attachment.js";
import { Message } from "#src/message/message.js";
import { MessageError } from "#src/mime/message-error.js";
import { MultiPart } from "#src/mime/multi-part.js";
import { SinglePart } from "#src/mime/single-part.js";

function letter() {
  return Message.builder().from("shop@example.com").to("zoe@example.org");
}

test("adds the headers that every mail needs", () => {
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

test("makes the expected tree of text, HTML, inline images and attachments", async () => {
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

test("puts Bcc into the envelope, and writes it only if it is kept", () => {
  const builder = letter().bcc(Mailbox.of("boss@example.com", "Boss")).text("");
  const kept = builder.clone().keepBcc().build();
  const message = builder.build();
  assert.deepEqual(message.envelope.to.map(String), ["zoe@example.org", "boss@example.com"]);
  assert.equal(message.formatted().includes("boss"), false);
  assert.equal(message.headers.has("bcc"), false);
  assert.equal(kept.headers.get("Bcc"), "Boss <boss@example.com>");
});

test("builds once, and says how to build more", () => {
  const builder = letter().text("");
  builder.build();
  for (const again of [() => builder.build(), () => builder.to("x@example.com"), () => builder.clone()]) {
    assert.throws(again, (error) => error instanceof MessageError && /clone\(\)/.test(error.message));
  }
});

test("shares earlier values with a clone, and no later ones", () => {
  const builder = letter().text("");
  const other = builder.clone().to("other@example.net");
  assert.deepEqual(builder.build().envelope.to.map(String), ["zoe@example.org"]);
  assert.deepEqual(other.build().envelope.to.map(String), ["zoe@example.org", "other@example.net"]);
});

test("create accepts the builder's names, with one value or several", () => {
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

test("makes the same octets for the same date, id and boundaries", () => {
  const build = () => {
    let count = 0;
    return letter()
      .date(new Date(0))
      .messageId("1@example.com")
      .boundaries(() => `part-${++count}`)
      .text("Grüße")
      .html("<p>Grüße</p>")
      .attach(Attachment.fromBytes("a.bin", Buffer.from("a")))
      .build()
      .formatted();
  };
  assert.deepEqual(build(), build());
  assert.throws(
    () =>
      letter()
        .text("--x")
        .html("y")
        .boundaries(() => "x")
        .build(),
    MessageError,
  );
  assert.throws(
    () =>
      letter()
        .text("a")
        .html("y")
        .boundaries(() => "a\r\nb")
        .build(),
    MessageError,
  );
});

test("takes the envelope from Sender, else From, unless it is given", () => {
  assert.equal(String(letter().text("").build().envelope.from), "shop@example.com");
  assert.equal(
    String(letter().sender("news@example.com").text("").build().envelope.from),
    "news@example.com",
  );
  const bounce = letter()
    .envelope({ from: null, to: ["other@example.net"] })
    .text("")
    .build();
  assert.deepEqual(bounce.envelope.toJSON(), { from: null, to: ["other@example.net"] });
  assert.equal(bounce.headers.get("to"), "zoe@example.org");
});

test("needs SMTPUTF8 for a non-ASCII local part in header or envelope", () => {
  const international = "jürgen@example.org";
  assert.equal(letter().text("Grüße").build().international, false);
  assert.equal(letter().to("a@münchen.example").text("").build().international, false);
  for (const field of ["to", "cc", "bcc", "replyTo"] as const) {
    assert.equal(letter()[field](international).text("").build().international, true, field);
  }
  assert.equal(letter().sender(international).text("").build().international, true);
  assert.equal(
    letter()
      .envelope({ from: international, to: ["a@example.org"] })
      .text("")
      .build().international,
    true,
  );
  assert.match(
    letter().to(international).text("").build().formatted().toString(),
    /^To: zoe@example.org, jürgen@example.org\r$/m,
  );
});

test("encodes a shared part of text once", () => {
  const text = SinglePart.plain("Grüße an alle, die das hier lesen");
  const [one, two] = ["a@example.org", "b@example.org"].map((to) =>
    Message.create({ from: "a@example.com", to, text }),
  );
  assert.match(one?.formatted().toString() ?? "", /Gr=C3=BC=C3=9Fe/);
  assert.equal(one?.formatted().length, two?.formatted().length);
  assert.throws(() => letter().html(text), MessageError);
});

test("accepts text, octets or a part as body, instead of text and HTML", () => {
  assert.match(
    letter().body("plain").build().formatted().toString(),
    /text\/plain; charset=utf-8\r\n.*7bit\r\n\r\nplain\r\n$/,
  );
  assert.match(
    letter().body(Buffer.from("octets")).build().formatted().toString(),
    /application\/octet-stream\r\n.*base64\r\n\r\nb2N0ZXRz\r\n$/,
  );
  const report = MultiPart.of("report", [SinglePart.plain("It failed.")], {
    parameters: new Map([["report-type", "delivery-status"]]),
  });
  assert.match(
    letter().body(report).build().headers.get("content-type") ?? "",
    /^multipart\/report; report-type=delivery-status; boundary=/,
  );
});

test("gives the same octets formatted, read and streamed", async () => {
  const message = letter().text("Grüße").html("<p>x</p>").build();
  const streamed: Buffer[] = [];
  for await (const chunk of message.stream()) streamed.push(chunk);
  assert.deepEqual(Buffer.concat(streamed), message.formatted());
  assert.deepEqual(await message.bytes(), message.formatted());
  message.formatted().fill(0);
  assert.deepEqual(await message.bytes(), Buffer.concat(streamed));
});

test("decodes the values of headers", () => {
  const message = letter().subject("Grüße").references("<a@b> <c@d>").inReplyTo("c@d").text("").build();
  assert.equal(message.headers.get("SUBJECT"), "Grüße");
  assert.equal(message.headers.get("References"), "<a@b> <c@d>");
  assert.equal(message.headers.get("In-Reply-To"), "<c@d>");
  assert.equal(message.headers.get("Message-ID"), message.messageId);
  assert.equal(message.headers.get("x-none"), undefined);
  assert.ok(message.formatted().toString().startsWith(message.headers.toString()));
});

test('refuses the text "false" for a switch', () => {
  for (const field of ["keepBcc", "utf8Headers"]) {
    const fields = JSON.parse(`{ "from": "a@example.com", "to": "b@example.com", "${field}": "false" }`);
    assert.throws(() => Message.create(fields), { kind: "message", field });
  }
});

test("refuses anything but whole header fields from a signer", () => {
  for (const given of ["X: y\r\n\r\nevil", "X: y", "no field\r\n", "X: y\nZ: z\r\n"]) {
    const sign = { awaited: false, begin: () => ({ update: () => {}, finish: () => given }) };
    const message = Message.create({ from: "a@example.com", to: "b@example.com", text: "x", sign });
    assert.throws(() => message.formatted(), { kind: "message" });
  }
});
