import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type PoolConfig,
  RetryTransport,
  type SendOutcome,
  type SendReport,
  SmtpError,
  SmtpTransport,
} from "envoi";
import { INBOX_DOMAIN } from "./configuration.ts";
import { Exim } from "./exim.ts";
import { HaProxy } from "./haproxy.ts";
import type { MailServer } from "./mail-server.ts";
import { Postfix } from "./postfix.ts";

// Real servers that bear few connections, few mails on each, or few errors: nothing is lost, and nothing sent twice.

const from = "sender@interop.example";
const rows = ["off", "auto", "window"] as const;
type Row = (typeof rows)[number];

function transportTo(port: number, row: Row = "auto", pool: Partial<PoolConfig> = {}): SmtpTransport {
  return SmtpTransport.builderDangerous("127.0.0.1").port(port).pipelining(row).pool(pool).build();
}

/** Sends so many mails by single sends, or as a run, and checks that each arrives, once. */
async function sendsAll(
  transport: SmtpTransport,
  server: MailServer<"plain">,
  to: string,
  count: number,
  manner: "sends" | "run" = "sends",
): Promise<void> {
  const mails = Array.from({ length: count }, (_, i) => ({ from, to, subject: `${i}`, text: `${i}` }));
  if (manner === "sends") await Promise.all(mails.map((mail) => transport.send(mail)));
  else assert.deepEqual(await told(transport, mails), Array(count).fill("accepted"));
  await transport.close();
  await arrived(
    server,
    to,
    mails.map(({ subject }) => subject),
  );
}

async function arrived(server: MailServer<"plain">, to: string, expected: string[]): Promise<void> {
  const delivered = await server.deliveries(to, expected.length);
  const subjects = delivered.map(({ message }) => /^Subject: (.*)\r$/m.exec(message.toString())?.[1] ?? "");
  assert.deepEqual(subjects.toSorted(), expected.toSorted());
}

/** What became of each mail of a run, in their order. */
async function told(
  transport: SmtpTransport,
  mails: Parameters<SmtpTransport["send"]>[0][],
): Promise<string[]> {
  const outcomes: string[] = [];
  for await (const outcome of transport.sendAll(mails)) outcomes[outcome.index] = summary(outcome);
  return outcomes;
}

function summary({ ok, error }: SendOutcome): string {
  if (ok) return "accepted";
  return error instanceof SmtpError
    ? `${error.kind} ${error.delivery} ${error.reply?.code ?? ""}`.trim()
    : `${error}`;
}

for (const [name, start] of [
  ["Postfix", () => Postfix.start()],
  ["Exim", () => Exim.start()],
] as const)
  test(`HAProxy that allows two connections to a real ${name}`, async (t) => {
    await using server = await start();
    t.afterEach(server.explain);
    for (const [bound, manner] of [
      ["frontend", "sends"],
      ["queue", "run"],
    ] as const) {
      await using proxy = await HaProxy.start(server.ports.plain, bound);
      t.afterEach(proxy.explain);
      for (const row of rows)
        await t.test(
          `takes 300 of 300 by "${row}" as a ${manner === "run" ? "run" : "storm of sends"}, held back in its ${bound}`,
          async () => {
            await sendsAll(
              transportTo(proxy.port, row),
              server,
              `${bound}-${row}@${INBOX_DOMAIN}`,
              300,
              manner,
            );
          },
        );
    }
  });

test("a real Exim that takes three mails on a connection", async (t) => {
  await using server = await Exim.start({ main: { smtp_accept_max_per_connection: "3" } });
  t.afterEach(server.explain);
  for (const row of rows) {
    await t.test(`takes ten mails by "${row}" over one connection at a time, three on each`, async () => {
      const transport = transportTo(server.ports.plain, row, { maxSize: 1 });
      const to = `three-${row}@${INBOX_DOMAIN}`;
      await sendsAll(transport, server, to, 10);
      assert.equal(transport.status().slowdown, undefined, "without a pause");
    });
    await t.test(`takes 300 mails of a run by "${row}" over all connections, three on each`, async () => {
      const transport = transportTo(server.ports.plain, row);
      await sendsAll(transport, server, `all-${row}@${INBOX_DOMAIN}`, 300, "run");
      assert.equal(transport.status().slowdown, undefined, "without a pause");
    });
  }
});

test("a real Exim that takes two connections from a host", async (t) => {
  await using server = await Exim.start({ main: { smtp_accept_max_per_host: "2" } });
  t.afterEach(server.explain);
  for (const row of rows)
    await t.test(`takes 300 of 300 by "${row}"`, async () => {
      await sendsAll(transportTo(server.ports.plain, row), server, `host-${row}@${INBOX_DOMAIN}`, 300);
    });
});

test("a real Postfix that takes two connections from a client", async (t) => {
  const main = { smtpd_client_connection_count_limit: "2", smtpd_client_event_limit_exceptions: "" };
  await using server = await Postfix.start({ main });
  t.afterEach(server.explain);
  for (const row of rows)
    await t.test(`takes 300 of 300 by "${row}"`, async () => {
      await sendsAll(transportTo(server.ports.plain, row), server, `client-${row}@${INBOX_DOMAIN}`, 300);
    });
});

test("a real Postfix that closes after three errors", async (t) => {
  const main = {
    smtpd_hard_error_limit: "3",
    smtpd_soft_error_limit: "3",
    smtpd_error_sleep_time: "0",
  };
  await using server = await Postfix.start({ main });
  t.afterEach(server.explain);
  for (const row of rows)
    await t.test(`refuses every second recipient by "${row}", and no other mail fails`, async () => {
      const to = `errors-${row}@${INBOX_DOMAIN}`;
      const mails = Array.from({ length: 60 }, (_, i) => ({
        from,
        to: i % 2 === 0 ? to : `nobody${i}@${INBOX_DOMAIN}`,
        subject: `${i}`,
        text: "",
      }));
      const transport = transportTo(server.ports.plain, row, { maxSize: 1 });
      const outcomes = await told(transport, mails);
      assert.equal(transport.status().slowdown, undefined, "without a pause");
      await transport.close();
      assert.deepEqual(
        outcomes,
        mails.map((_, i) => (i % 2 === 0 ? "accepted" : "rejected refused 550")),
      );
      const even = mails.map(({ subject }) => subject).filter((_, i) => i % 2 === 0);
      await arrived(server, to, even);
    });
});

test("a real Postfix whose access table answers recipients with 421, 521 and 450", async (t) => {
  const access = [
    "leave@inbox.example=421 4.3.2 come back later",
    "never@inbox.example=521 5.7.1 never come back",
    "later@inbox.example=450 4.2.1 later",
  ].map((row) => `{${row}}`);
  const main = { smtpd_recipient_restrictions: `check_recipient_access inline:{ ${access.join(", ")} }` };
  await using server = await Postfix.start({ main });
  t.afterEach(server.explain);

  await t.test("loses no other mail of a run with such recipients", async () => {
    const to = `among@${INBOX_DOMAIN}`;
    const special = new Map([
      [7, ["leave", "connection not-sent 421"]],
      [11, ["never", "rejected refused 521"]],
      [30, ["later", "rejected refused 450"]],
      [31, ["never", "rejected refused 521"]],
    ]);
    const mails = Array.from({ length: 60 }, (_, i) => {
      const local = special.get(i)?.[0];
      return { from, to: local === undefined ? to : `${local}@${INBOX_DOMAIN}`, subject: `${i}`, text: "" };
    });
    await using transport = transportTo(server.ports.plain, "auto", { maxSize: 2 });
    const outcomes = await told(transport, mails);
    assert.deepEqual(
      outcomes,
      mails.map((_, i) => special.get(i)?.[1] ?? "accepted"),
    );
    const usual = mails.map(({ subject }) => subject).filter((_, i) => !special.has(i));
    await arrived(server, to, usual);
  });

  for (const [recipient, code, outcome] of [
    ["leave", 421, "not-sent"],
    ["never", 521, "refused"],
    ["later", 450, "refused"],
  ] as const)
    for (const row of rows)
      await t.test(
        `${code} leaves ${recipient} ${outcome} by "${row}", and the others get the mail`,
        async () => {
          await using transport = transportTo(server.ports.plain, row, { maxSize: 1 });
          const retrying = new RetryTransport(transport, { attempts: 2, delay: 0 });
          const [first, last] = ["first", "last"].map((each) => `${each}-${row}-${code}@${INBOX_DOMAIN}`);
          const to = [first, `${recipient}@${INBOX_DOMAIN}`, last] as string[];
          const { recipients } = await reportOf(retrying.send({ from, to, subject: "three", text: "" }));
          const outcomes = recipients.map(({ outcome, reply }) => [outcome, reply?.code]);
          assert.deepEqual(outcomes, [
            ["accepted", 250],
            [outcome, code],
            ["accepted", 250],
          ]);
          await arrived(server, to[0] as string, ["three"]);
          await arrived(server, to[2] as string, ["three"]);
        },
      );
});

/** The report of a send, whether it was good or not. */
async function reportOf(sending: Promise<SendReport>): Promise<SendReport> {
  return await sending.catch((error: unknown) =>
    error instanceof SmtpError ? error.report : assert.fail(`${error}`),
  );
}
