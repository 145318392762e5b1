import assert from "node:assert/strict";
import { test } from "node:test";
import { type SendReport, SmtpError, SmtpTransport, Tls } from "envoi";
import { INBOX_DOMAIN } from "./configuration.ts";
import { Exim } from "./exim.ts";
import { Postfix } from "./postfix.ts";

const from = "sender@interop.example";
const count = 60;

/** Every tenth mail is for a recipient that the server refuses. */
const isRefused = (i: number): boolean => i % 10 === 9;

for (const [name, start] of [
  [
    "Postfix",
    () =>
      Postfix.start({
        main: { smtpd_recipient_restrictions: "check_recipient_access inline:{ refused.example=REJECT }" },
      }),
  ],
  ["Exim", () => Exim.start()],
] as const) {
  test(`the rows of pipelining into a real ${name}`, async (t) => {
    await using server = await start();
    t.afterEach(server.explain);
    for (const row of ["off", "auto", "window"] as const) {
      await t.test(`deliver each mail once to its accepted recipients by "${row}"`, async () => {
        await using transport = SmtpTransport.builderDangerous("127.0.0.1")
          .tls(Tls.None)
          .port(server.ports.plain)
          .pool({ maxSize: 1 })
          .pipelining(row)
          .build();
        const text = (i: number) => `number ${i}\r\n.\r\nMAIL FROM:<evil@interop.example>\r\n`;
        const results = await Promise.allSettled(
          Array.from({ length: count }, (_, i) => {
            const to = isRefused(i) ? `${row}@refused.example` : `${row}@${INBOX_DOMAIN}`;
            return transport.send({ from: `${i}.${from}`, to, subject: `${row} ${i}`, text: text(i) });
          }),
        );
        assert.deepEqual(
          results.map(outcome),
          Array.from({ length: count }, (_, i) => (isRefused(i) ? "refused" : "accepted")),
        );
        const accepted = count - count / 10;
        const delivered = await server.deliveries(`${row}@${INBOX_DOMAIN}`, accepted);
        assert.equal(delivered.length, accepted);
        for (const { returnPath, message } of delivered) {
          const [, i] = new RegExp(`Subject: ${row} (\\d+)`).exec(message.toString()) ?? assert.fail();
          assert.equal(returnPath, `${i}.${from}`, "each under its own sender");
          assert.ok(message.toString().endsWith(text(Number(i))));
        }
      });
    }
    if (server instanceof Postfix) {
      await t.test('"window" was used', async () => {
        await server.logged(/disconnect from .* bdat=\d+\/\d+ /);
      });
    }
  });
}

function outcome(result: PromiseSettledResult<SendReport>): string {
  if (result.status === "fulfilled") return "accepted";
  return result.reason instanceof SmtpError ? result.reason.delivery : String(result.reason);
}
