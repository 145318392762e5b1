import assert from "node:assert/strict";
import { test } from "node:test";
import { EnvoiError, Message, Report } from "envoi";
import { type Feedback, readFeedback } from "envoi/feedback";
import { cpuTime } from "../cpu-time.js";
import { fc } from "../property.js";

const statuses = ["failed", "delayed", "delivered", "relayed", "expanded"] as const;

/** A delivery report with this body, and the mail that was sent. */
function dsn(fields: string, original = "Message-ID: <1@shop.example>\nTo: ann@example.org\n"): string {
  return `From: MAILER-DAEMON@mx.example\nTo: bounce+1@shop.example\nSubject: whatever\nMIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b

Please read on.
--=b
Content-Type: message/delivery-status

${fields}
--=b
Content-Type: message/rfc822

${original}
Hello
--=b--
`;
}

/** A text that a mail system wrote. */
function notice(text: string, more = ""): string {
  return `From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: shop@shop.example
Subject: Undelivered Mail Returned to Sender\n${more}\n${text}`;
}

async function only(raw: string): Promise<Feedback["recipients"][number]> {
  const { recipients } = await readFeedback(raw);
  assert.equal(recipients.length, 1, JSON.stringify(recipients));
  return recipients[0] as Feedback["recipients"][number];
}

test("reads a delivery report (RFC 3464)", async () => {
  const raw = dsn(`Reporting-MTA: dns; mx.example
Original-Envelope-Id: order-17

Original-Recipient: rfc822;Ann@Example.org
Final-Recipient: RFC822; ann.lee@mail.example.org (alias)
Action: failed
Status: 5.1.1 (bad destination mailbox)
Remote-MTA: DNS; mail.example.org
Diagnostic-Code: smtp; 550-5.1.1 No such user:
 550 5.1.1 try again
`);
  assert.deepEqual(await readFeedback(Buffer.from(raw)), {
    type: "bounce",
    source: "delivery-status",
    recipients: [
      {
        address: "ann.lee@mail.example.org",
        originalAddress: "Ann@example.org",
        action: "failed",
        status: "5.1.1",
        code: 550,
        diagnostic: "550-5.1.1 No such user: 550 5.1.1 try again",
        remoteMta: "mail.example.org",
        severity: "hard",
      },
    ],
    messageId: "<1@shop.example>",
    sentTo: ["bounce+1@shop.example"],
    envelopeId: "order-17",
    reportingMta: "mx.example",
  });
});

test("takes what is late for a delay, and what went well for neither", async () => {
  const types: Feedback["type"][] = [];
  for (const action of statuses) {
    const status = action === "failed" ? "5.0.0" : action === "delayed" ? "4.4.1" : "2.0.0";
    const feedback = await readFeedback(
      dsn(
        `Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: ${action}\nStatus: ${status}\n`,
      ),
    );
    types.push(feedback.type);
    assert.equal(feedback.recipients[0]?.action, action);
  }
  assert.deepEqual(types, ["bounce", "delay", "none", "none", "none"]);
});

test("is a bounce if one of several recipients failed", async () => {
  const raw = dsn(`Reporting-MTA: dns; mx

Final-Recipient: rfc822; a@b.example
Action: delivered
Status: 2.1.5

Final-Recipient: rfc822; c@d.example
Action: delayed
Status: 4.2.2

Final-Recipient: rfc822; e@f.example
Action: failed
Status: 5.2.1
`);
  const { type, recipients } = await readFeedback(raw);
  assert.equal(type, "bounce");
  assert.deepEqual(
    recipients.map(({ address, action, status, severity }) => [address, action, status, severity]),
    [
      ["a@b.example", "delivered", "2.1.5", undefined],
      ["c@d.example", "delayed", "4.2.2", undefined],
      ["e@f.example", "failed", "5.2.1", "hard"],
    ],
  );
});

test("reads an internationalised report (RFC 6533)", async () => {
  const fields = (recipient: string) =>
    `Reporting-MTA: dns; mx\n\nFinal-Recipient: ${recipient}\nAction: failed\nStatus: 5.1.1\n`;
  for (const written of ["utf-8; j\\x{FC}rgen@b\\x{FC}cher.example", "utf-8;jürgen@bücher.example"]) {
    const raw = dsn(fields(written))
      .replace("message/delivery-status", "message/global-delivery-status")
      .replace("message/rfc822", "message/global");
    assert.equal((await only(raw)).address, "jürgen@xn--bcher-kva.example");
    assert.equal((await readFeedback(raw)).messageId, "<1@shop.example>");
  }
  const encoded = dsn("").replace(
    "Content-Type: message/delivery-status\n\n",
    `Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: base64\n\n${Buffer.from(
      fields("utf-8; jürgen@bücher.example"),
    ).toString("base64")}`,
  );
  assert.equal((await only(encoded)).address, "jürgen@xn--bcher-kva.example");
});

test("makes up no status and no code", async () => {
  const without = await only(
    dsn("Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\n"),
  );
  assert.deepEqual([without.status, without.code, without.severity], [undefined, undefined, "soft"]);
  const told = await only(
    dsn(
      "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nDiagnostic-Code: smtp; 550 5.1.2 Bad host\n",
    ),
  );
  assert.deepEqual([told.status, told.code, told.severity], ["5.1.2", 550, "hard"]);
  for (const text of [
    "host mx[192.5.1.1] said: go away",
    "Exim 4.1.2 could not connect to 5.1.1.5",
    "<5.1.1@b.example> is no name",
    "delivered 550 minutes late, see 4.5.",
  ]) {
    const { status, code } = await only(
      notice(`I could not deliver your message.\n\n<a@b.example>: ${text}\n`),
    );
    assert.deepEqual([status, code], [undefined, undefined], text);
  }
});

test("makes up no code by cutting a text off within one", async () => {
  const notice = (text: string): string =>
    `From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\n\nI could not deliver it.\n${text}`;
  const texts: Record<string, (code: string, before: string) => string> = {
    "a diagnostic": (code, before) =>
      dsn(`Final-Recipient: rfc822; a@x.example\nAction: failed\nDiagnostic-Code: smtp; ${before} ${code}`),
    "a status": (code, before) =>
      dsn(`Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: ${before} ${code}`),
    "a paragraph": (code, before) => notice(`<a@x.example>: ${before} ${code}`),
    "a line": (code, before) => notice(`<a@x.example>:\n said: ${" ".repeat(before.length)} ${code}`),
  };
  for (const [what, text] of Object.entries(texts))
    for (const most of [100, 1000, 2000])
      for (const code of ["5.1.10 so", "550 5.1.10 so", "550-5.1.10 so", "(5.1.1x) so"])
        for (let before = most - 40; before <= most; before++)
          for (const { status } of (await readFeedback(text(code, "y".repeat(before)))).recipients)
            assert.notEqual(status, "5.1.1", `${what}, ${code} behind ${before}`);
});

test("reads a long text in UTF-8, of which only the beginning counts, wherever that ends", async () => {
  const encodings: Record<string, (text: string) => string> = {
    "8bit": (text) => text,
    base64: (text) => Buffer.from(text).toString("base64"),
    "quoted-printable": (text) =>
      text.replace(/[^\0-\x7f]/gu, (character) => encodeURIComponent(character).replaceAll("%", "=")),
  };
  for (const [encoding, encode] of Object.entries(encodings))
    for (let before = 0; before < 4; before++) {
      const text = `I could not deliver it.\n\n<ann@x.example>: 550 5.1.1 für Ann\n\n${"x".repeat(before)}${"\u6f22\u5b57\n".repeat(100_000)}`;
      const head = `From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender\nContent-Transfer-Encoding: ${encoding}`;
      const { recipients } = await readFeedback(`${head}\n\n${encode(text)}`);
      assert.deepEqual(
        recipients.map(({ diagnostic }) => diagnostic),
        ["550 5.1.1 für Ann"],
        `${encoding} ${before}`,
      );
    }
});

test("reads what our own Report writes", async () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const recipient = fc.record({
    recipient: fc.oneof(
      fc.tuple(word, word).map(([a, b]) => `${a}@${b}.example`),
      fc.constant("jürgen@bücher.example"),
    ),
    action: fc.constantFrom(...statuses),
    status: fc.tuple(fc.constantFrom(2, 4, 5), fc.nat(7), fc.nat(99)).map((parts) => parts.join(".")),
    diagnostic: fc.option(
      word.map((text) => `550 ${text}`),
      { nil: undefined },
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(recipient, { minLength: 1, maxLength: 4 }),
      word,
      async (recipients, envelopeId) => {
        const report = Report.deliveryStatus({
          reportingMta: "mx.example",
          envelopeId,
          recipients,
          text: "See below.",
          original: Message.create({
            from: "a@b.example",
            to: "c@d.example",
            text: "x",
            messageId: "<7@b.example>",
          }),
        } as never);
        const mail = Message.create({
          from: "mailer-daemon@mx.example",
          to: "a@b.example",
          body: report,
        } as never);
        const feedback = await readFeedback(await mail.bytes());
        assert.deepEqual(
          feedback.recipients.map(({ address, action, status, diagnostic }) => ({
            address,
            action,
            status,
            diagnostic,
          })),
          recipients.map((each) => ({
            address: each.recipient.replace("bücher", "xn--bcher-kva"),
            action: each.action,
            status: each.status,
            diagnostic: each.diagnostic,
          })),
        );
        assert.equal(feedback.envelopeId, envelopeId);
        assert.equal(feedback.messageId, "<7@b.example>");
      },
    ),
  );
});

test("reads a complaint (RFC 5965), with and without the recipient", async () => {
  const arf = (fields: string) => `From: fbl@provider.example\nTo: abuse@shop.example\nSubject: complaint
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b

Spam!
--b
Content-Type: message/feedback-report

${fields}
--b
Content-Type: message/rfc822

From: shop@shop.example
To: Ann <ann@example.org>
Message-ID: <1@shop.example>

Buy!
--b--
`;
  const full = await readFeedback(
    arf(
      "Feedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\nOriginal-Rcpt-To: <bo@example.org>\nOriginal-Envelope-Id: e7\nReporting-MTA: dns; mx\n",
    ),
  );
  assert.deepEqual(full, {
    type: "complaint",
    source: "feedback-report",
    recipients: [{ address: "bo@example.org" }],
    messageId: "<1@shop.example>",
    sentTo: ["abuse@shop.example"],
    complaint: "abuse",
    envelopeId: "e7",
    reportingMta: "mx",
  });
  const bare = await readFeedback(arf("Feedback-Type: fraud\nVersion: 1\n"));
  assert.deepEqual(
    [bare.type, bare.complaint, bare.recipients],
    ["complaint", "fraud", [{ address: "ann@example.org" }]],
  );
  for (const type of ["not-spam", "auth-failure"])
    assert.equal((await readFeedback(arf(`Feedback-Type: ${type}\nVersion: 1\n`))).type, "none");
  const report = Report.feedback({
    type: "virus",
    userAgent: "x/1",
    original: Message.create({ from: "a@b.example", to: "c@d.example", text: "x" }),
    text: "A virus.",
  } as never);
  const mail = Message.create({ from: "a@b.example", to: "c@d.example", body: report } as never);
  assert.equal((await readFeedback(await mail.bytes())).complaint, "virus");
});

test("tells automatic replies (RFC 3834) from bounces and from mail of people", async () => {
  const reply = (more: string) =>
    `From: Ann <ann@example.org>\nTo: shop@shop.example\nIn-Reply-To: <1@shop.example>\n${more}\n\nHello\n`;
  for (const more of [
    "Subject: Re: receipt\nAuto-Submitted: auto-replied (vacation)",
    "Subject: Automatic reply: receipt",
    "Subject: =?utf-8?Q?Abwesend=3A?= receipt",
    "Subject: =?iso-8859-1?Q?R=E9ponse_automatique_: merci?=",
    "Subject: x\nX-Autoreply: yes",
    "Subject: x\nPrecedence: auto_reply",
    "Subject: Out of Office Re: receipt",
  ]) {
    const { type, recipients, messageId } = await readFeedback(reply(more));
    assert.deepEqual(
      [type, recipients, messageId],
      ["auto-reply", [{ address: "ann@example.org" }], "<1@shop.example>"],
      more,
    );
  }
  for (const more of [
    "Subject: Re: receipt",
    "Subject: Re: Delivery of my order failed",
    "Subject: Where is my mail?\nAuto-Submitted: no",
    "Subject: Autobahn",
  ])
    assert.deepEqual([(await readFeedback(reply(more))).type, more], ["none", more]);
});

test("takes receipts (RFC 8098) for none", async () => {
  const raw = `From: postmaster@example.org\nSubject: Disposition notification: failed
Content-Type: multipart/report; report-type=disposition-notification; boundary=b

--b

Your message could not be delivered.
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; ann@example.org
Disposition: manual-action/MDN-sent-manually; displayed
--b--
`;
  assert.deepEqual((await readFeedback(raw)).type, "none");
});

test("reads texts of mail systems: Exim, qmail, Postfix, Exchange, a delay of Exim", async () => {
  const exim = await only(
    notice(
      `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@example.org
    host mx.example.org [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<ann@example.org>:
    550 Unrouteable address

------ This is a copy of your message, including all the headers. ------

Return-path: <shop@shop.example>
Message-ID: <1@shop.example>
`,
      "X-Failed-Recipients: ann@example.org\n",
    ),
  );
  assert.deepEqual(
    [exim.address, exim.status, exim.code, exim.severity],
    ["ann@example.org", undefined, 550, "hard"],
  );
  const qmail =
    await readFeedback(`From: MAILER-DAEMON@mx.example\nTo: shop@shop.example\nSubject: failure notice

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ann@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

<bo@example.org>:
192.0.2.1 does not like recipient.
Remote host said: 552 Error: disk quota exceeded
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

Return-Path: <shop@shop.example>
Message-ID: <1@shop.example>
To: ann@example.org, bo@example.org
`);
  assert.equal(qmail.messageId, "<1@shop.example>");
  assert.deepEqual(
    qmail.recipients.map(({ address, status, code, severity }) => [address, status, code, severity]),
    [
      ["ann@example.org", "5.1.1", undefined, "hard"],
      ["bo@example.org", undefined, 552, "soft"],
    ],
  );
  const postfix = await only(
    notice(`This is the mail system at host mx.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster@mx.example.

<ann@example.org>: host mail.example.org[192.0.2.1] said: 550 5.7.1 Message
    rejected as spam (in reply to end of DATA command)
`),
  );
  assert.deepEqual(
    [postfix.address, postfix.status, postfix.code, postfix.severity],
    ["ann@example.org", "5.7.1", 550, "soft"],
  );
  const exchange =
    await only(`From: <postmaster@example.org>\nTo: shop@shop.example\nSubject: Undeliverable: receipt
Content-Type: text/html

<html><body><p>Delivery has failed to these recipients or groups:</p>
<p><a href="mailto:ann@example.org">ann@example.org</a></p><p>The address was not found.</p>
<p>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found'</p></body></html>
`);
  assert.deepEqual(
    [exchange.address, exchange.status, exchange.severity],
    ["ann@example.org", "5.1.10", "hard"],
  );
  const delay = await readFeedback(
    notice(`This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.

The address to which the message has not yet been delivered is:

  ann@example.org
    Delay reason: Connection refused

No action is required on your part. Delivery attempts will continue for
some time.
`),
  );
  assert.deepEqual([delay.type, delay.recipients.map(({ action }) => action)], ["delay", ["delayed"]]);
});

test("takes no help desk, and not the sender, for a recipient", async () => {
  const { recipients } = await readFeedback(
    notice(`Your message to shop@shop.example could not be delivered.
If you need help, contact support@provider.example or shop@shop.example.
`),
  );
  assert.deepEqual(recipients, []);
});

test("does not take mail about bounces for one", async () => {
  for (const raw of [
    "From: bo@example.org\nSubject: Re: your bounce\n\nMy mail to <ann@example.org> could not be delivered, why?\n",
    "From: bo@example.org\nSubject: hello\n\n550 5.1.1 <ann@example.org>... User unknown\n",
    "From: postmaster@example.org\nSubject: Maintenance on Sunday\n\nWe will move to a new house.\n",
    `From: bo@example.org\nSubject: fwd\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n${dsn(
      "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n",
    ).replaceAll("=b", "=c")}\n--b--\n`,
    "",
    "\n",
    "\0\r\n\xff",
  ])
    assert.equal((await readFeedback(Buffer.from(raw, "latin1"))).type, "none", raw);
});

test("judges by the codes what is about the address, and by the words if the code is general", async () => {
  const severity = async (status: string, diagnostic = "") =>
    (
      await only(
        dsn(
          `Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: ${status}\nDiagnostic-Code: smtp; ${diagnostic}\n`,
        ),
      )
    ).severity;
  for (const status of ["5.1.1", "5.1.2", "5.1.10", "5.2.1", "5.4.4", "5.0.0"])
    assert.equal(await severity(status), "hard", status);
  for (const status of ["5.2.2", "5.7.1", "5.3.4", "5.1.8", "4.1.1", "4.4.7", "5.6.1"])
    assert.equal(await severity(status), "soft", status);
  assert.equal(await severity("5.0.0", "550 5.1.1 User unknown"), "hard");
  assert.equal(await severity("5.0.0", "550 5.7.1 blocked using list.example"), "soft");
  assert.equal(await severity("5.0.0", "552 mailbox full"), "soft");
  assert.equal(await severity("5.5.0", "550 no such user here"), "hard");
});

test("reads a stream as it reads bytes, and says what is wrong with a source", async () => {
  const raw = Buffer.from(
    dsn("Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n"),
  );
  async function* octets() {
    for (let at = 0; at < raw.length; at++) yield raw.subarray(at, at + 1);
  }
  assert.deepEqual(await readFeedback(octets()), await readFeedback(raw));
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield raw;
    throw new Error("disk");
  }
  await assert.rejects(readFeedback(failing()), (error) => EnvoiError.is(error) && error.kind === "content");
  await assert.rejects(
    readFeedback(undefined as never),
    /raw: expected a Uint8Array, a string or an async iterable of bytes, got undefined/,
  );
});

test("reads a stream the same wherever it is cut", async () => {
  const raw = Buffer.from(dsn("Final-Recipient: rfc822; ö@x.example\nAction: failed\nStatus: 5.1.1\n"));
  const whole = await readFeedback(raw);
  assert.equal(whole.recipients[0]?.status, "5.1.1");
  const pieces = async function* (size: number, first: number): AsyncGenerator<Uint8Array> {
    yield raw.subarray(0, first);
    for (let at = first; at < raw.length; at += size) yield raw.subarray(at, at + size);
  };
  assert.deepEqual(await readFeedback(pieces(1, 0)), whole);
  for (let first = 0; first < raw.length; first++)
    assert.deepEqual(await readFeedback(pieces(raw.length, first)), whole);
});

test("needs no more time for a letter the more hostile a mail is", async () => {
  const repeated = (text: string, length: number) => text.repeat(Math.ceil(length / text.length));
  const numbered = (text: (index: number) => string, length: number) =>
    Array.from({ length: length / text(10_000).length }, (_, index) => text(index)).join("");
  const hostile: Record<string, (length: number) => string> = {
    brackets: (length) => notice(`could not deliver\n${repeated("<", length)}`),
    "at signs": (length) => notice(`could not deliver\n${repeated("a@", length)}`),
    "many recipients": (length) =>
      notice(`could not deliver\n${numbered((index) => `<a${index}@b.example>:\n`, length)}`),
    "failed recipients": (length) =>
      notice(
        "could not deliver",
        numbered((index) => `X-Failed-Recipients: a${index}@b.example\n`, length),
      ),
    "fields in a text": (length) =>
      notice(numbered((index) => `Final-Recipient: a${index}@b.example\n`, length)),
    "recipients without an address": (length) =>
      dsn(numbered((index) => `Final-Recipient: rfc822; a${index}\nAction: failed\n\n`, length)),
    "encoded words": (length) => notice("x", `Subject: ${repeated("=?utf-8?q?a?= ", length)}\n`),
    tags: (length) => notice(repeated("<p <a ", length), "Content-Type: text/html\n"),
  };
  for (const [name, make] of Object.entries(hostile)) {
    const time = async (length: number) => {
      const raw = Buffer.from(make(length));
      const end = cpuTime();
      await readFeedback(raw);
      return end();
    };
    await time(20_000);
    const [short, long] = [await time(100_000), await time(1_600_000)];
    assert.ok(long < 16 * Math.max(short, 20) * 3, `${name}: ${short} ms, ${long} ms`);
  }
});
