import assert from "node:assert/strict";
import process from "node:process";
import { after, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Outbox, type OutboxTransaction } from "envoi/outbox";
import { TestServer } from "envoi/testing";
import { until } from "../../contract/outbox-contract.ts";
import { Postgres } from "../postgres.ts";
import { DatabaseProxy, type Fate } from "./database-proxy.ts";
import { WorkerProcess } from "./worker-process.ts";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };
let schemas = 0;
const freshSchema = (): string => `truth_${++schemas}`;

describe("the truth of an outbox", async () => {
  // The log is written ten seconds after an asynchronous commit, so that a crash loses all of those.
  const postgres = await Postgres.start({ wal_writer_delay: "10s", max_prepared_transactions: "2" });
  after(() => postgres[Symbol.asyncDispose]());

  test("a server sees no mail whose mark did not commit", async () => {
    await using server = await TestServer.start();
    await using proxy = await DatabaseProxy.start(postgres.port);
    let fate: Fate = "cut before";
    proxy.fate = () => fate;
    await using outbox = await Outbox.open({
      database: postgres.urlOf("postgres", "postgres", proxy.port),
      transport: server.transport(),
      schema: freshSchema(),
    });
    const { id } = await outbox.enqueue(receipt);
    outbox.work();
    await until(
      async () => proxy.statements,
      (count) => count >= 3,
    );
    assert.equal(server.transcripts.length, 0);
    assert.equal((await outbox.find(id))?.state, "waiting");
    fate = "pass";
    await until(
      async () => outbox.find(id),
      (mail) => mail.state === "sent",
    );
    assert.equal(server.messages.length, 1);
  });

  test("a mail is sent once although the answers to marks and results are lost", async () => {
    await using server = await TestServer.start();
    await using proxy = await DatabaseProxy.start(postgres.port);
    proxy.fate = () => (proxy.statements % 2 === 1 ? "swallow the answer" : "pass");
    await using outbox = await Outbox.open({
      database: postgres.urlOf("postgres", "postgres", proxy.port),
      transport: server.transport(),
      schema: freshSchema(),
      lease: 2000,
    });
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await outbox.enqueue(receipt)).id);
    const worker = outbox.work({ concurrency: 2 });
    for (const id of ids) {
      const mail = await until(
        async () => outbox.find(id),
        ({ state }) => state === "sent",
      );
      assert.equal(mail.attempts.length, 1);
    }
    assert.equal(server.messages.length, 5);
    proxy.fate = () => "pass";
    await worker.stop();
  });

  test("a mark that was lost for longer than the lease does not leave its mail unknown", async () => {
    await using server = await TestServer.start();
    await using proxy = await DatabaseProxy.start(postgres.port);
    const schema = freshSchema();
    await using outbox = await Outbox.open({
      database: postgres.urlOf("postgres", "postgres", proxy.port),
      transport: server.transport(),
      schema,
      lease: 1000,
    });
    await using observer = await Outbox.open({ database: postgres.url, schema });
    const { id } = await outbox.enqueue(receipt);
    let broken = true;
    proxy.fate = () => (broken ? (proxy.statements === 1 ? "swallow the answer" : "cut before") : "pass");
    outbox.work();
    await until(
      async () => observer.find(id),
      ({ state }) => state === "sending",
    );
    // Somebody else takes the worker for dead.
    await postgres.sql(`update ${schema}.worker set until = now() - interval '1 second'`);
    await until(
      async () => observer.find(id),
      ({ state }) => state === "unknown",
    );
    broken = false;
    await until(
      async () => observer.find(id),
      ({ state }) => state === "sent",
    );
    assert.equal(server.messages.length, 1);
  });

  test("a worker that sleeps beyond its lease doubles nothing, and its late results count", async () => {
    await using server = await TestServer.start();
    const schema = freshSchema();
    await using outbox = await Outbox.open({ database: postgres.url, schema });
    const orders = { database: postgres.url, smtpPort: server.port, schema, lease: 1000, concurrency: 4 };
    await using sleeper = await WorkerProcess.start({ ...orders, jitter: 2000 });
    await outbox.enqueueAll(Array.from({ length: 40 }, (_, n) => ({ ...receipt, subject: `${n}` })));
    await until(
      async () => server.messages.length,
      (count) => count >= 4,
    );
    sleeper.signal("SIGSTOP");
    await using other = await WorkerProcess.start(orders);
    const { mails } = await until(
      async () => outbox.status(),
      (status) => status.mails.waiting === 0 && status.mails.sending === 0,
    );
    assert.ok(mails.unknown > 0 && mails.unknown <= 4, `${mails.unknown}`);
    sleeper.signal("SIGCONT");
    await until(
      async () => outbox.status(),
      (status) => status.mails.sent === 40,
    );
    const subjects = server.messages.map(({ parsed }) => parsed.subject);
    assert.equal(new Set(subjects).size, 40);
    assert.equal(subjects.length, 40);
    assert.equal(await other.terminate(), "SIGTERM");
    assert.equal(await sleeper.terminate(), "SIGTERM");
  });

  test("marks are durable for a role whose commits are not", async () => {
    await postgres.sql(
      "create role careless login; grant create on database postgres to careless; " +
        "alter role careless set synchronous_commit = off",
    );
    await using server = await TestServer.start();
    server.fail({ at: "mail", delay: 60_000 });
    const schema = freshSchema();
    await using worker = await Outbox.open({
      database: postgres.urlOf("careless"),
      transport: server.transport(),
      schema,
      lease: 2000,
    });
    const { id } = await worker.enqueue(receipt);
    await crash(postgres);
    assert.notEqual(
      await patient(() => worker.find(id)),
      undefined,
      "an enqueued mail is there after a crash",
    );
    const working = worker.work();
    await until(
      async () => server.transcripts.length,
      (count) => count > 0,
    );
    await until(
      async () => patient(() => worker.find(id)),
      ({ state }) => state === "sending",
    );
    await crash(postgres);
    const state = await patient(async () => (await worker.find(id))?.state);
    assert.ok(state === "sending" || state === "unknown", `${state}`);
    server.fail({ at: "mail", reply: "250 OK" });
    void working.stop();
    await server.close();
  });

  test("the same key is one mail, in one transaction, in two at once, after a rollback and without one", async () => {
    await using outbox = await Outbox.open({ database: postgres.url, schema: freshSchema() });
    const enqueue = (via: OutboxTransaction | undefined, key: string) =>
      outbox.enqueue(receipt, { key, via });
    // In one transaction.
    await outbox.transaction(async (via) => {
      const first = await enqueue(via, "one");
      assert.deepEqual(await enqueue(via, "one"), { id: first.id, duplicate: true });
    });
    // In two at once: the second waits for the end of the first.
    let second: Promise<unknown> = Promise.resolve();
    const first = await outbox.transaction(async (via) => {
      const given = await enqueue(via, "two");
      second = outbox.transaction((other) => enqueue(other, "two"));
      assert.equal(await Promise.race([second, delay(200, "waits")]), "waits");
      return given;
    });
    assert.deepEqual(await second, { id: first.id, duplicate: true });
    // After a rollback.
    const rolledBack = outbox.transaction(async (via) => {
      await enqueue(via, "three");
      second = outbox.transaction((other) => enqueue(other, "three"));
      await delay(100);
      throw new Error("rolled back");
    });
    await assert.rejects(rolledBack, /rolled back/);
    assert.equal(((await second) as { duplicate: boolean }).duplicate, false);
    // Without one, at once.
    const all = await Promise.all(Array.from({ length: 20 }, () => enqueue(undefined, "four")));
    assert.equal(all.filter(({ duplicate }) => !duplicate).length, 1);
    assert.equal(new Set(all.map(({ id }) => id)).size, 1);
  });

  test("a transaction that a swallowed error has aborted is not taken for a commit", async () => {
    await using outbox = await Outbox.open({ database: postgres.url, schema: freshSchema() });
    const work = outbox.transaction(async (via) => {
      await outbox.enqueue(receipt, { via });
      await via.query("select nonsense").catch(() => {});
    });
    await assert.rejects(work, { kind: "configuration", message: /rolled it back/ });
    assert.equal((await outbox.status()).mails.waiting, 0);
  });

  test("a transaction with a mail can be prepared, without notifications", async () => {
    const schema = freshSchema();
    await using server = await TestServer.start();
    await using outbox = await Outbox.open({
      database: postgres.url,
      transport: server.transport(),
      schema,
      notify: false,
    });
    outbox.work();
    await until(
      async () => outbox.status(),
      ({ workers }) => workers.length === 1,
    );
    const prepared = await outbox
      .transaction(async (via) => {
        await outbox.enqueue(receipt, { via, key: "k" });
        await via.query("prepare transaction 'order 7'");
      })
      .then(
        () => "committed",
        (error) => error.message,
      );
    assert.equal(prepared, "committed");
    assert.equal(server.messages.length, 0);
    await postgres.sql("commit prepared 'order 7'");
    await until(
      async () => server.messages.length,
      (count) => count === 1,
    );
  });
});

/** Kills one process of the database, which then ends all others and recovers from its log. */
async function crash(postgres: Postgres): Promise<void> {
  const pid = await postgres.sql("select pid from pg_stat_activity where backend_type = 'background writer'");
  process.kill(Number(pid), "SIGKILL");
  await delay(200);
}

/** Asks again while the database is away. */
async function patient<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries > 300) throw error;
      await delay(100);
    }
  }
}
