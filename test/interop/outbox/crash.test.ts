import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "envoi/outbox";
import { TestServer } from "envoi/testing";
import { until } from "../../contract/outbox-contract.ts";
import { numberFrom } from "../../environment.ts";
import "../../soak.ts";
import { Postgres } from "../postgres.ts";
import { WorkerProcess } from "./worker-process.ts";

const mails = Math.min(numberFrom("ENVOI_MAILS", 5000), 100_000);
const kills = Math.max(20, Math.floor(mails / 500));
const concurrency = 8;
/** The replies that the server loses. */
const lost = 10;

test("no mail is lost or doubled while workers are killed, the database fails and the server misbehaves", async (t) => {
  await using postgres = await Postgres.start();
  await using server = await TestServer.start({ keep: { messages: mails * 2, octets: 2 ** 40 } });
  server.fail({ at: "rcpt", when: { chance: 0.02, seed: 1 }, reply: "451 4.3.0 Not now" });
  server.fail({ at: "rcpt", when: { recipient: /^refused/ }, reply: "550 5.1.1 No such mailbox" });
  server.fail({ at: "mail", when: { chance: 0.01, seed: 2 }, drop: "before" });
  server.fail({ at: "final", when: { chance: 0.01, seed: 3 }, times: lost, drop: "before" });
  await using outbox = await Outbox.open({ database: postgres.url });
  const start = (n: number): Promise<WorkerProcess> =>
    WorkerProcess.start({
      database: postgres.url,
      smtpPort: server.port,
      concurrency,
      clock: n === 0 ? 600_000 : n === 1 ? -600_000 : 0,
    });
  const workers = await Promise.all([0, 1, 2, 3].map(start));
  const enqueueing = outbox.enqueueAll(
    Array.from({ length: mails }, (_, n) => ({
      message: {
        from: "shop@example.com",
        to: n % 50 === 0 ? `refused-${n}@example.org` : `customer-${n}@example.org`,
        subject: `Order ${n}`,
        text: "Thank you.",
      },
      tenant: `tenant ${n % 3}`,
      tag: `${n}`,
    })),
  );

  const finished = async (): Promise<number> =>
    Number(
      (
        await patient(() =>
          outbox.query(
            "select count(*)::int as n from envoi.mail where state not in ('ready', 'scheduled', 'leased', 'sending')",
          ),
        )
      ).rows[0]?.["n"],
    );
  for (let kill = 1; kill <= kills; kill++) {
    await until(finished, (n) => n >= (mails * kill) / (kills + 2), 300_000);
    const victim = kill % workers.length;
    await workers[victim]?.kill();
    workers[victim] = await start(victim);
    // In the midst the database crashes, and at another time cuts every connection.
    if (kill === Math.round(kills / 2)) await crash(postgres);
    if (kill === Math.round(kills / 4)) await postgres.sql(cutConnections).catch(() => {});
  }
  assert.deepEqual(await enqueueing, { enqueued: mails, duplicates: 0 });
  await until(finished, (n) => n === mails, 300_000);
  for (const worker of workers) assert.equal(await worker.terminate(), "SIGTERM");

  const stored = new Map<string, number>();
  for (const { parsed } of server.messages)
    stored.set(parsed.subject ?? "", (stored.get(parsed.subject ?? "") ?? 0) + 1);
  const counts = { sent: 0, refused: 0, unknown: 0 };
  for await (const { state, tag, recipients } of outbox.list()) {
    const copies = stored.get(`Order ${tag}`) ?? 0;
    const refused = recipients[0]?.recipient.startsWith("refused") === true;
    assert.ok(state === "sent" || state === "refused" || state === "unknown", `${tag} is ${state}`);
    counts[state]++;
    if (state === "sent") assert.equal(copies, 1, `${tag} was sent`);
    if (state === "refused") assert.equal(copies, 0, `${tag} was refused`);
    if (state === "unknown") assert.ok(copies <= 1, `${tag} is unknown`);
    assert.equal(state === "sent" && refused, false);
  }
  assert.equal(counts.sent + counts.refused + counts.unknown, mails);
  assert.ok(counts.unknown <= kills * concurrency + lost, `${counts.unknown} are unknown`);
  t.diagnostic(JSON.stringify(counts));
});

const cutConnections =
  "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename = 'postgres'";

/** Kills one process of the database, which then ends all others and recovers from its log. */
async function crash(postgres: Postgres): Promise<void> {
  const pid = await postgres.sql("select pid from pg_stat_activity where backend_type = 'background writer'");
  process.kill(Number(pid), "SIGKILL");
}

/** Asks again while the database is away. */
async function patient<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries > 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
