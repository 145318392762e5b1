import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { Outbox, type OutboxOptions, type Via } from "envoi/outbox";
import knex from "knex";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { Postgres } from "../postgres.ts";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };

describe("the transaction of a caller", async () => {
  const postgres = await Postgres.start();
  const pool = new pg.Pool({ connectionString: postgres.url });
  const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool: pool as never }) });
  const knexed = knex({ client: "pg", connection: postgres.url });
  const outbox = await Outbox.open({ database: pool as OutboxOptions["database"] });
  after(async () => {
    await outbox.close();
    await knexed.destroy();
    await kysely.destroy();
    await postgres[Symbol.asyncDispose]();
  });

  /** Begins a transaction, gives it to `work`, and commits it unless `work` throws. */
  const ways: Record<string, (work: (via: Via) => Promise<void>) => Promise<unknown>> = {
    "of pg": (work) => inPool((client) => work(client)),
    "of Kysely": (work) => kysely.transaction().execute((transaction) => work(transaction)),
    "of Knex": (work) => knexed.transaction((transaction) => work(transaction as unknown as Via)),
    "of Drizzle": (work) =>
      drizzle(pool as never).transaction((transaction) =>
        work({ drizzle: transaction as never, sql: sql as never }),
      ),
    "of Prisma": (work) =>
      inPool((client) =>
        work({
          // Prisma sends numbers, strings and bytes with their types, and gives rows.
          $queryRawUnsafe: async (text: string, ...values: unknown[]) => {
            for (const value of values)
              assert.ok(value === null || typeof value === "string" || value instanceof Uint8Array);
            return (await client.query(text, values)).rows;
          },
        } as Via),
      ),
    "of anything that runs statements": (work) =>
      inPool((client) => work({ execute: (text, values) => client.query(text, [...values]) })),
  };

  async function inPool(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query("begin");
      await work(client);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  }

  for (const [name, begin] of Object.entries(ways))
    test(`${name} takes a mail with it, to its commit or its rollback`, async () => {
      const options = { key: name, tag: "a ? b $1 'c'", at: new Date(Date.now() + 60_000), priority: -3 };
      let id = "";
      await assert.rejects(
        begin(async (via) => {
          ({ id } = await outbox.enqueue(receipt, { via, ...options }));
          assert.equal((await outbox.find(id, { via }))?.key, name);
          throw new RangeError("rolled back");
        }),
        RangeError,
      );
      assert.equal(await outbox.find(id), undefined);
      await begin(async (via) => {
        const first = await outbox.enqueue(receipt, { via, ...options });
        assert.equal(first.duplicate, false);
        // A refused mail leaves the transaction alive.
        await assert.rejects(outbox.enqueue({ ...receipt, text: "Other." }, { via, ...options }), /key/);
        assert.deepEqual(await outbox.enqueue(receipt, { via, ...options }), {
          id: first.id,
          duplicate: true,
        });
        assert.deepEqual(await outbox.enqueueAll([receipt, receipt], { via }), {
          enqueued: 2,
          duplicates: 0,
        });
        assert.equal(await outbox.find(first.id), undefined);
        ({ id } = first);
      });
      const mail = await outbox.find(id);
      assert.equal(mail?.tag, options.tag);
      assert.equal(mail?.priority, -3);
      assert.equal(mail?.at.getTime(), options.at.getTime());
    });

  test("that was rolled back or aborted, and what is none, are refused with the remedy", async () => {
    await inPool(async (client) => {
      await assert.rejects(client.query("select nonsense"));
      await assert.rejects(outbox.enqueue(receipt, { via: client }), {
        message: /aborted.*Roll back and begin again/s,
      });
      await client.query("rollback");
      await client.query("begin");
    });
    const wrong: [unknown, RegExp][] = [
      [pool, /pool/],
      [drizzle(pool as never), /\{ drizzle: transaction, sql \}/],
      [{}, /client of pg/],
      ["transaction", /client of pg/],
      [null, /client of pg/],
    ];
    for (const [via, message] of wrong)
      await assert.rejects(outbox.enqueue(receipt, { via: via as Via }), { kind: "configuration", message });
    assert.equal((await outbox.status()).mails.waiting % 3, 0);
  });
});
