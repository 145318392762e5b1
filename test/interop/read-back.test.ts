import assert from "node:assert/strict";
import { test } from "node:test";
import { Attachment, SmtpTransport } from "envoi";
import { INBOX_DOMAIN } from "./configuration.ts";
import { Postfix } from "./postfix.ts";
import { type ReadPart, readMail } from "./python.ts";

test("Python reads back from Postfix every value that Message was given", async () => {
  await using postfix = await Postfix.start();
  const to = `reader@${INBOX_DOMAIN}`;
  const subject =
    "Quittung für Ihre Bestellung №1024 – mit so vielen Wörtern, daß die Zeile gefaltet werden muß 🎁";
  const text = "Grüße aus Köln\n.\n..zwei Punkte\nFrom hier\nEnde ohne Umbruch, mit Leerzeichen \n";
  const html = `<p>Grüße</p><img src="cid:logo"><p>${"lange Zeile ".repeat(200)}</p>\n`;
  const logo = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const pdf = Buffer.from(`%PDF-1.4\n${"\0\r\n\n\r".repeat(1000)}`, "latin1");

  await using transport = SmtpTransport.unencryptedLocalhost(postfix.ports.plain);
  await transport.send({
    from: '"Jürgen Müller, Käse & Söhne" <sender@interop.example>',
    to: [to, `"O'Hara; \\"Bob\\"" <bob@${INBOX_DOMAIN}>`],
    cc: `山田太郎 <cc@${INBOX_DOMAIN}>`,
    bcc: `hidden@${INBOX_DOMAIN}`,
    subject,
    text,
    html,
    attach: [
      Attachment.fromBytes("logo.png", logo, "image/png").inline("logo"),
      Attachment.fromBytes("Rechnung für Jürgen – 100%.pdf", pdf, "application/pdf"),
    ],
    headers: { "X-Campaign": "Frühling" },
  });

  const { message } = await postfix.delivered(to);
  const mail = await readMail(message);
  const header = (name: string) => mail.headers.find(([found]) => found.toLowerCase() === name)?.[1];
  const parts = flatten(mail.body);
  assert.deepEqual(
    parts.flatMap(({ defects }) => defects),
    [],
  );
  assert.equal(header("subject"), subject);
  assert.equal(header("x-campaign"), "Frühling");
  assert.equal(header("bcc"), undefined);
  assert.deepEqual(mail.from, [["JürgenMüller,Käse&Söhne", "sender@interop.example"]]);
  assert.deepEqual(mail.to, [
    ["", to],
    [`O'Hara;"Bob"`, `bob@${INBOX_DOMAIN}`],
  ]);
  assert.deepEqual(mail.cc, [["山田太郎", `cc@${INBOX_DOMAIN}`]]);

  const part = (type: string): ReadPart | undefined => parts.find((each) => each.type === type);
  assert.deepEqual(
    parts.map(({ type }) => type),
    [
      ...["multipart/mixed", "multipart/alternative", "text/plain"],
      ...["multipart/related", "text/html", "image/png", "application/pdf"],
    ],
  );
  assert.equal(part("text/plain")?.text, text);
  assert.equal(part("text/html")?.text, html);
  assert.equal(part("image/png")?.content, logo.toString("base64"));
  assert.equal(part("image/png")?.contentId, "<logo>");
  assert.equal(part("image/png")?.disposition, "inline");
  assert.equal(part("application/pdf")?.content, pdf.toString("base64"));
  assert.equal(part("application/pdf")?.filename, "Rechnung für Jürgen – 100%.pdf");
  assert.equal(part("application/pdf")?.disposition, "attachment");

  for (const line of message.toString("latin1").split("\r\n")) assert.ok(line.length <= 998, line);
});

const flatten = (part: ReadPart): readonly ReadPart[] => [part, ...(part.parts ?? []).flatMap(flatten)];
