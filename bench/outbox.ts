/**
 * The outbox on PostgreSQL: how fast workers drain it, beside BullMQ with Redis and nodemailer's pool; how long a mail
 * takes from its commit to MAIL; and what enqueueing costs, beside the bare INSERT of the same rows. It needs Node
 * 22.12, PostgreSQL 15, smtp-sink and redis-server (or `REDIS_SERVER`).
 */
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Queue } from "bullmq";
import { SmtpTransport } from "envoi";
import { Outbox } from "envoi/outbox";
import { TestServer } from "envoi/testing";
import { plainMail } from "./client/mail.ts";
import { Sink } from "./client/sink.ts";
import { type Drained, drain } from "./outbox/drain.ts";
import { Backend, postgresProgram } from "./outbox/servers.ts";
import { isInstalled } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error("This benchmark needs Node.js 22.12: the outbox does. It is left out.");
  process.exit(0);
}
const programs = ["smtp-sink", postgresProgram, process.env["REDIS_SERVER"] ?? "redis-server"];
for (const program of programs) {
  if (await isInstalled(program)) continue;
  console.error(
    `This benchmark needs ${program}: apt-get install postfix postgresql-15 redis-server. It is left out.`,
  );
  process.exit(0);
}
const smoke = process.argv.includes("--smoke");
const count = smoke ? 200 : 10_000;
const rounds = smoke ? 1 : 3;

/** The columns that an enqueued mail has; the others have their defaults. */
const columns = "state, due, at, sender, recipients, message_id, content, size";

await using postgres = await Backend.postgres();
await using redis = await Backend.redis();
await using sink = await Sink.start();
const database = `postgres://postgres@127.0.0.1:${postgres.port}/postgres`;

/** Whether a mail is left. Each part follows an index: a scan of the whole table would take time from the workers. */
const unfinished = [
  ["state = 'ready'", "tenant, priority desc, id"],
  ["state in ('leased', 'sending')", "worker"],
  ["state = 'scheduled'", "at"],
]
  .map(([state, order]) => `(select 1 from envoi.mail where ${state} order by ${order} limit 1)`)
  .join(" union all ");

const results = new Map<string, Drained[]>();
for (let round = 0; round < rounds; round++) {
  for (const workers of [1, 2, 4]) {
    note(`envoi, ${workers}`, await drainOutbox(workers));
    note(`BullMQ, ${workers}`, await drainQueue(workers));
  }
}
const drained = [...results].map(([name, each]) => {
  const [seconds, cpu] = [median(each.map((one) => one.seconds)), median(each.map((one) => one.cpuSeconds))];
  return [name, (count / seconds).toFixed(0), ((cpu / count) * 1e6).toFixed(0)];
});
publish("outbox-drain", table(["contender, workers", "mails/s", "µs of CPU of the workers a mail"], drained));
publish(
  "outbox-wait",
  table(["commit to MAIL", "p50 ms", "p95 ms"], [await waits(true), await waits(false)]),
);
publish("outbox-enqueue", table(["transactions of one mail, 8 at a time", "a second"], await enqueueing()));

function note(name: string, result: Drained): void {
  results.set(name, [...(results.get(name) ?? []), result]);
}

async function drainOutbox(workers: number): Promise<Drained> {
  const options = "options=-c%20enable_seqscan%3Doff%20-c%20jit%3Doff";
  await using outbox = await Outbox.open({ database: `${database}?${options}` });
  // As with BullMQ, whose jobs are removed when they have ended.
  await outbox.query("truncate envoi.mail, envoi.event");
  await outbox.enqueueAll(mails());
  return await drain("envoi", postgres.port, sink.port, workers, async () => {
    const { rows } = await outbox.query(unfinished);
    return rows.length;
  });
}

async function drainQueue(workers: number): Promise<Drained> {
  const queue = new Queue("mail", { connection: { host: "127.0.0.1", port: redis.port } });
  const all = [...mails()].map((data) => ({ name: "mail", data, opts: { removeOnComplete: true } }));
  for (let at = 0; at < all.length; at += 500) await queue.addBulk(all.slice(at, at + 500));
  const drained = await drain("bull", redis.port, sink.port, workers, async () => {
    const { waiting = 0, active = 0 } = await queue.getJobCounts("waiting", "active");
    return waiting + active;
  });
  await queue.close();
  return drained;
}

function* mails(): Generator<ReturnType<typeof plainMail>> {
  for (let number = 0; number < count; number++) yield plainMail(number);
}

/** From the commit of an enqueue until its MAIL reaches a server, one mail at a time. */
async function waits(notify: boolean): Promise<string[]> {
  const begun: number[] = [];
  await using server = await TestServer.start({ mail: () => void begun.push(performance.now()) });
  const transport = SmtpTransport.unencryptedLocalhost(server.port);
  await using outbox = await Outbox.open({ database, transport, notify });
  const worker = outbox.work();
  const times: number[] = [];
  for (let number = 0; number < (smoke ? 10 : 300); number++) {
    await sleep(20 + (number % 7) * 10);
    const known = begun.length;
    await outbox.enqueue(plainMail(number));
    const committed = performance.now();
    while (begun.length === known) await sleep(1);
    times.push((begun[known] ?? 0) - committed);
  }
  await worker.stop();
  await transport.close();
  times.sort((a, b) => a - b);
  const at = (part: number): string => (times[Math.floor(times.length * part)] ?? 0).toFixed(1);
  return [notify ? "with NOTIFY" : "without NOTIFY", at(0.5), at(0.95)];
}

/** Eight clients, each with one transaction after the other. */
async function enqueueing(): Promise<string[][]> {
  const most = smoke ? 80 : 4000;
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const notify of [false, true]) {
      await using outbox = await Outbox.open({ database, notify });
      const rate = await clients(most, (number) => outbox.enqueue(plainMail(number)));
      const name = `enqueue, ${notify ? "with" : "without"} NOTIFY`;
      rates.set(name, [...(rates.get(name) ?? []), rate]);
    }
    await using outbox = await Outbox.open({ database });
    const { rows } = await outbox.query(`select ${columns} from envoi.mail order by id desc limit 1`);
    const values = Object.values(rows[0] ?? {}).map((value) =>
      value instanceof Buffer || value instanceof Date
        ? value
        : String(Array.isArray(value) ? JSON.stringify(value) : value),
    );
    const insert = `insert into envoi.mail (${columns}) values (${values.map((_, n) => `$${n + 1}`).join(", ")})`;
    const rate = await clients(most, () => outbox.query(insert, values));
    rates.set("bare INSERT of the same row", [...(rates.get("bare INSERT of the same row") ?? []), rate]);
  }
  return [...rates].map(([name, all]) => [name, median(all).toFixed(0)]);
}

async function clients(most: number, work: (number: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const client = async (): Promise<void> => {
    while (next < most) await work(next++);
  };
  await Promise.all(Array.from({ length: 8 }, client));
  return most / ((performance.now() - begun) / 1000);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
