import assert from "node:assert/strict";
import { SmtpTransport, Tls } from "envoi";
import { BusyServer, type Habits } from "../transport/smtp/pool/busy-server.ts";
import { type Engine, laboratory, until } from "./outbox-contract.ts";

type TestFunction = (name: string, work: () => Promise<void>) => unknown;

/** What the rates of an outbox promise, on every engine. */
export function ratesContract(test: TestFunction, engine: Engine): void {
  for (const [what, habits] of Object.entries(servers)) {
    test(`a rate counts every MAIL to a server that ${what}`, async () => {
      const times: number[] = [];
      await using server = await BusyServer.start({
        ...habits,
        onCommand(line, mail, nth) {
          if (line.startsWith("MAIL")) times.push(performance.now());
          return habits.onCommand?.(line, mail, nth);
        },
      });
      const transport = SmtpTransport.builder("127.0.0.1")
        .port(server.port)
        .tls(Tls.None)
        .pool({ maxSize: 3 })
        .build();
      const rates = { relay: { messages: 4, interval } };
      await using lab = await laboratory(engine, { rates, retry: { first: 100 } }, () => transport);
      const to = ["ada@example.org", "bob@example.org"];
      for (let n = 0; n < mails; n++)
        await lab.outbox.enqueue({ from: "shop@example.com", to, subject: `mail ${n}`, text: "Hello." });
      lab.outbox.work();
      const recipients = await until(
        async () => server.taken.flatMap((taken) => taken.match(/@/g) ?? []).length,
        (count) => count >= mails * to.length,
      );
      assert.equal(recipients, mails * to.length);
      const most = Math.max(
        ...times.map((begin) => times.filter((time) => time >= begin && time < begin + interval).length),
      );
      assert.ok(most <= 4, `${most} within the interval`);
      assert.ok(times.length > mails, "no mail was sent twice, so nothing was tested");
    });
  }
}

const mails = 6;
/** Milliseconds. */
const interval = 500;

const servers: Readonly<Record<string, Habits>> = {
  "closes the connection at every second MAIL": {
    onCommand: (line, mail) =>
      line.startsWith("MAIL") && mail % 2 === 0 ? { say: "421 4.7.0 enough", close: true } : undefined,
  },
  "wants a new login at every second MAIL": {
    onCommand: (line, mail) =>
      line.startsWith("MAIL") && mail % 2 === 0 ? { say: "530 5.7.0 log in again" } : undefined,
  },
  "takes one recipient at a time": { offers: ["PIPELINING", "LIMITS RCPTMAX=1"] },
  "refuses a second recipient of a mail": {
    onCommand: (() => {
      let recipients = 0;
      return (line: string) => {
        if (line.startsWith("MAIL")) recipients = 0;
        return line.startsWith("RCPT") && ++recipients > 1 ? { say: "452 4.5.3 too many" } : undefined;
      };
    })(),
  },
};
