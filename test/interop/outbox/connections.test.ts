import { after, describe, test } from "node:test";
import { StubTransport } from "envoi";
import { Outbox } from "envoi/outbox";
import { until } from "../../contract/outbox-contract.ts";
import { Postgres } from "../postgres.ts";
import { DatabaseProxy } from "./database-proxy.ts";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };

/** Fails if something does not end within 20 s. */
async function inTime<T>(step: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it does not end")), 20_000);
  });
  return Promise.race([step, late]).finally(() => clearTimeout(timer));
}

describe("a worker that waits for the database", async () => {
  const postgres = await Postgres.start();
  after(() => postgres[Symbol.asyncDispose]());
  const options = { database: postgres.url, transport: StubTransport.ok(), lease: 2000 };

  test("goes on if its connections are lost without a word, and can be closed", async () => {
    await using proxy = await DatabaseProxy.start(postgres.port);
    await using orders = await Outbox.open({ ...options, schema: "silent" });
    const outbox = await Outbox.open({
      ...options,
      schema: "silent",
      database: postgres.urlOf("postgres", "postgres", proxy.port),
    });
    outbox.work();
    const sent = async (): Promise<void> => {
      const { id } = await orders.enqueue(receipt);
      await until(
        async () => orders.find(id),
        ({ state }) => state === "sent",
      );
    };
    await sent();
    proxy.silence();
    await sent();
    proxy.silence();
    await inTime(outbox.close());
  });

  test("keeps its lease while a deletion lasts", async () => {
    await using outbox = await Outbox.open({ ...options, schema: "lasting" });
    await using other = await Outbox.open({ ...options, schema: "lasting" });
    const began = Date.now();
    await other.transaction(async (transaction) => {
      await transaction.query("lock table lasting.piece in access exclusive mode");
      const worker = outbox.work();
      await until(
        async () => (await other.status()).workers.find(({ id }) => id === worker.id),
        () => Date.now() - began > 6000,
        20_000,
      );
      await inTime(worker.stop());
    });
  });

  test("stops while pg-boss waits to make its tables", async () => {
    await using outbox = await Outbox.open({ ...options, schema: "waiting" });
    await using other = await Outbox.open({ ...options, schema: "waiting" });
    const name = "pg-boss";
    const { getConstructionPlans } = await import(name);
    const [lock = ""] =
      /SELECT\s+pg_advisory_xact_lock\([\s\S]*?;/i.exec(getConstructionPlans("waiting_boss")) ?? [];
    await other.transaction(async (transaction) => {
      await transaction.query(lock);
      const worker = outbox.work();
      await until(
        async () =>
          Number(await postgres.sql("select count(*) from pg_stat_activity where wait_event = 'advisory'")),
        (waiting) => waiting === 1,
      );
      await inTime(worker.stop());
      await inTime(outbox.close());
    });
  });
});
