import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { after, describe, test } from "node:test";
import { Outbox } from "envoi/outbox";
import { TestServer } from "envoi/testing";
import { Postgres as PostgresDatabase } from "#src/outbox/database/postgres.js";
import { Clockwork } from "#src/outbox/worker/clockwork.js";
import { until } from "../../contract/outbox-contract.ts";
import { Postgres } from "../postgres.ts";
import { WorkerProcess } from "./worker-process.ts";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };

describe("the clockwork of workers", async () => {
  const postgres = await Postgres.start();
  after(() => postgres[Symbol.asyncDispose]());
  /** How many jobs of a queue pg-boss has had done. */
  const jobs = async (schema: string, queue = "upkeep"): Promise<number> => {
    const there = await postgres.sql(`select to_regclass('${schema}_boss.job')`);
    if (there === "") return 0;
    const state = "state = 'completed'";
    return Number(
      await postgres.sql(`select count(*) from ${schema}_boss.job where name = '${queue}' and ${state}`),
    );
  };

  test("ten that start at once on an empty database make the tables of pg-boss once, beside all others", async () => {
    await postgres.sql("create database fresh");
    let done = 0;
    const chore = { name: "upkeep", every: 1, run: async () => void done++ };
    const all = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const database = await PostgresDatabase.open(postgres.urlOf("postgres", "fresh"));
        const clockwork = new Clockwork(database, "ten_boss", true, [chore], 0);
        await clockwork.begin();
        return { database, clockwork };
      }),
    );
    await all[9]?.clockwork.tick();
    await until(
      async () => done,
      (n) => n === 1,
    );
    for (const { database, clockwork } of all) {
      await clockwork.end();
      await database.close();
    }
  });

  test("a worker that is killed, or stopped for a while, leaves its jobs and its mails to the others", async () => {
    await using server = await TestServer.start();
    await using outbox = await Outbox.open({ database: postgres.url });
    const orders = { database: postgres.url, smtpPort: server.port };
    await using killed = await WorkerProcess.start(orders);
    await using stopped = await WorkerProcess.start(orders);
    await until(
      async () => jobs("envoi"),
      (n) => n >= 2,
    );
    await using last = await WorkerProcess.start(orders);
    const lost = async (): Promise<void> => {
      // A mail in the hands of a worker that is no more.
      const { id } = await outbox.enqueue(receipt, { at: Date.now() + 60_000 });
      const gone = "worker = 'gone', claim = gen_random_uuid()";
      await postgres.sql(`update envoi.mail set state = 'leased', ${gone} where id = ${id}`);
      await until(
        async () => outbox.find(id),
        ({ state }) => state === "sent",
      );
    };
    await killed.kill();
    await lost();
    stopped.signal("SIGSTOP");
    await lost();
    stopped.signal("SIGCONT");
    await last.kill();
    await lost();
    const before = await jobs("envoi");
    await until(
      async () => jobs("envoi"),
      (n) => n > before,
    );
  });

  test("a role that may not make the tables of pg-boss is told how, and its workers do the chores themselves", async () => {
    await postgres.sql(
      "create role sender login; create role maker login; grant create on database postgres to maker",
    );
    const grant = (schema: string): string =>
      `grant usage on schema ${schema} to sender;
       grant select, insert, update, delete on all tables in schema ${schema} to sender`;
    await postgres.sql(Outbox.sql("strict"), "maker");
    await postgres.sql(grant("strict"), "maker");
    await using server = await TestServer.start();
    await using outbox = await Outbox.open({
      database: postgres.urlOf("sender"),
      schema: "strict",
      transport: server.transport(),
    });
    const warned = once(process, "warning", { signal: AbortSignal.timeout(60_000) });
    outbox.work();
    const [{ name, message }] = await warned;
    assert.equal(name, "EnvoiWarning");
    assert.match(message, /npx pg-boss@12 plans create --schema strict_boss.*grant/);
    const { id } = await outbox.enqueue(receipt, { at: Date.now() + 60_000 });
    await postgres.sql(`update strict.mail set state = 'leased', worker = 'gone' where id = ${id}`);
    await until(
      async () => outbox.find(id),
      ({ state }) => state === "sent",
    );
    // What was told, without the network.
    const name_ = "pg-boss";
    const { getConstructionPlans } = await import(name_);
    await postgres.sql(getConstructionPlans("strict_boss"), "maker");
    await postgres.sql(grant("strict_boss"), "maker");
    outbox.work();
    await until(
      async () => jobs("strict"),
      (n) => n >= 1,
    );
  });

  test("a process whose worker has stopped ends by itself", async () => {
    const program = `
      import { Outbox } from ${JSON.stringify(new URL("../../../src/outbox/index.js", import.meta.url).href)};
      import { StubTransport } from ${JSON.stringify(new URL("../../../src/index.js", import.meta.url).href)};
      const outbox = await Outbox.open({ database: process.argv[1], schema: "ends", transport: StubTransport.ok() });
      const worker = outbox.work();
      process.stdin.once("data", async () => {
        await outbox.close();
        process.stdin.unref();
        console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => name === "Timeout")));
      });`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program, postgres.url], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      await until(
        async () => jobs("ends"),
        (n) => n >= 1,
      );
      const signal = AbortSignal.timeout(30_000);
      const said = once(child.stdout, "data", { signal });
      const ended = once(child, "exit", { signal });
      child.stdin.write("close\n");
      assert.deepEqual(JSON.parse(String((await said)[0])), []);
      assert.deepEqual(await ended, [0, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
