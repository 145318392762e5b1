import assert from "node:assert/strict";
import { feedbackOf, structureOf } from "#src/feedback/read-feedback.js";
import { type Entity, readStructure } from "#src/mime/reading/entity.js";
import { decodeBody } from "#src/mime/reading/transfer-encoding.js";
import { guessText } from "#src/text/charsets/web-charset.js";
import type { Target } from "./fuzz.js";

const head =
  'From: MAILER-DAEMON@mx.test\nTo: b+1@s.test\nContent-Type: multipart/report; boundary="b"\n\n--b\n\nSorry.\n--b\n';
const original =
  "--b\nContent-Type: message/rfc822\n\nFrom: s@s.test\nTo: Ann <a@x.test>\nMessage-ID: <1@s.test>\n\nHi\n--b--\n";

const words: readonly Buffer[] = [
  head,
  original,
  "Content-Type: message/delivery-status\n\n",
  "Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n",
  "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: <a@x.test>\n",
  "Content-Type: message/disposition-notification\n\n",
  "Content-Type: text/html\n\n",
  "Content-Transfer-Encoding: base64\n\nU3RhdHVzOiA1LjEuMQo=\n",
  "Reporting-MTA: dns; mx.test\nOriginal-Envelope-Id: e=2B7\n",
  "Final-Recipient: rfc822; a@x.test\n",
  "Original-Recipient: utf-8; \\x{f6}@x.test\n",
  "X-Actual-Recipient: rfc822; <@r.test:a@x.test>\n",
  "Action: failed\n",
  "Action: delayed\n",
  "Status: 5.1.1\n",
  "Status: 5.0.0 (unknown)\n",
  "Diagnostic-Code: smtp; 550 5.1.1 <a@x.test>: User unknown\n",
  "Diagnostic-Code: X-Postfix; host mx.test[192.0.2.1] said: 552-5.2.2 full\n 552 5.2.2 quota\n",
  "X-Failed-Recipients: a@x.test, c@x.test\n",
  "Subject: Undelivered Mail Returned to Sender\n",
  "Subject: =?utf-8?q?Automatic_reply=3A?=\n",
  "Auto-Submitted: auto-replied\n",
  "In-Reply-To: <1@s.test>\n",
  "Delivered-To: b+1@s.test\n",
  "<a@x.test>: host mx.test[192.0.2.1] said: 550 5.1.1 No such user (in reply to RCPT TO)\n",
  "  a@x.test\n    SMTP error from remote mail server after RCPT TO:<a@x.test>: 451 4.7.1 later\n",
  "This message was created automatically by mail delivery software.\n",
  "A message that you sent could not be delivered to one or more of its recipients.\n",
  "------ This is a copy of your message, including all the headers. ------\n",
  "Received: from mx.test\n",
  "550 5.1.1 ",
  "4.2.2",
  "554",
  "5.1.10",
  "&lt;a@x.test&gt;<br>",
  "\n\n",
  "\r\n",
  "--b\n",
  "é",
  " ",
  "x".repeat(990),
  "x ".repeat(49),
].map((word) => Buffer.from(word));

/** Mails that came back: each code that a report tells is in the mail, as a code and not as a part of one. */
export const feedback: Target = {
  name: "bounces and complaints",
  words,
  seeds: words.map((word) => Buffer.concat([Buffer.from(head), word, Buffer.from(original)])),
  run(input) {
    const { recipients, messageId, sentTo, ...told } = feedbackOf(structureOf(input), guessText);
    const text = [...textsIn(readStructure(input).message)].join("\n");
    for (const { address, status, code, action, severity, diagnostic = "" } of recipients) {
      assert.notEqual(address, "");
      assert.equal(severity !== undefined, action === "failed");
      assert.ok(diagnostic.length <= 1000 && !/[\0-\x1f]/.test(diagnostic), diagnostic);
      for (const each of [status, code].filter((value) => value !== undefined))
        assert.match(text, new RegExp(`(?<!\\d)${String(each).replaceAll(".", "\\.")}(?!\\d)`));
    }
    if (messageId !== undefined) assert.match(messageId, /^<.*>$/s);
    assert.ok(sentTo.length <= 100);
    assert.ok((told.type === "complaint") === (told.complaint !== undefined) || told.type === "none");
  },
};

/** The texts of a mail, with their transfer encodings and without: also what no part of it is. */
function* textsIn(entity: Entity, depth = 0): Generator<string> {
  const { body, encoding, fields, parts } = entity;
  for (const { name, value } of fields) yield `${name}: ${value}`;
  const decoded = decodeBody(body, encoding);
  yield body.toString("latin1");
  yield guessText(decoded);
  if (depth > 20) return;
  for (const part of parts) yield* textsIn(part, depth + 1);
}
