import assert from "node:assert/strict";
import { test } from "node:test";
import { Envelope } from "#src/address/envelope.js";
import { EnvoiError } from "#src/errors.js";
import type { Mail } from "#src/transport/mail/mail.js";
import { rawMail } from "#src/transport/mail/raw-mail.js";

const envelope = Envelope.of("a@example.com", ["b@example.org"]);

/** What is said of octets: whether they need SMTPUTF8 and 8BITMIME, what goes out, or the error. */
async function judged(make: () => Mail, eightBit: boolean): Promise<unknown> {
  try {
    const mail = make();
    const content = mail.content({ eightBit });
    const opened = (await content.opened?.()) ?? content;
    const international = mail.international || mail.internationalHeader?.() === true;
    let text = "";
    for await (const piece of opened.stream()) text += piece.toString("latin1");
    if (content.text !== undefined) assert.equal(content.text, text);
    // A stream counts as 8-bit where the server takes that; octets say themselves whether they are.
    if (!eightBit && content.eightBit) return ["unsupported"];
    return [international, text];
  } catch (error) {
    assert.ok(EnvoiError.is(error));
    return [error.kind];
  }
}

const mails = [
  "",
  "Subject: x\r\n\r\nHello\r\n",
  "Subject: x\n\nHello",
  "Subject: ü\r\n\r\nHello\r\n",
  "Subject: x\r\n\r\nGrüße\r\n",
  // The header has ended where a line is no field, with an empty line or without.
  "Hello\r\nGrüße\r\n",
  "Grüße\r\nSubject: ü\r\n",
  "Subject: x\r\n more\r\nno field\r\nX: ü\r\n",
  "From a Sat Jan  1\nSubject: ü\n\nx\n",
  `X: ${"y".repeat(900)}\r\n`.repeat(400).concat("Subject: ü\r\n\r\nx\r\n"),
  "Subject: x\r\n\r\na\nb\r\n",
  "Subject: x\r\n\r\na\rb\r\n",
  "Subject: x\n\na\0b\n",
  `Subject: x\r\n\r\n${"x".repeat(999)}\r\n`,
  "Subject: x\r\n\r\nends in CR\r",
];
for (const mail of mails) {
  for (const eightBit of [true, false]) {
    test(`bytes and streams are judged alike, ${eightBit ? "8-bit" : "7-bit"}: ${JSON.stringify(mail.slice(0, 40))}`, async () => {
      const octets = Buffer.from(mail);
      const expected = await judged(() => rawMail(envelope, octets), eightBit);
      for (const size of [1, 7, 1000, Math.max(1, octets.length)]) {
        if (size === 1 && octets.length > 10_000) continue;
        async function* pieces(): AsyncGenerator<Buffer> {
          for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
        }
        assert.deepEqual(await judged(() => rawMail(envelope, pieces), eightBit), expected);
      }
    });
  }
}

test("a header above 16 MiB is refused in bytes and in streams", async () => {
  const octets = Buffer.from(`X: ${"y".repeat(900)}\r\n`.repeat(20_000));
  assert.throws(() => rawMail(envelope, octets), { kind: "message", message: /16 MiB/ });
  const mail = rawMail(envelope, () => octets);
  await assert.rejects(async () => mail.content({ eightBit: true }).opened?.(), {
    kind: "message",
    message: /16 MiB/,
  });
});
