import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { Outbox, type OutboxOptions, type Via } from "envoi/outbox";
import knex from "knex";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { Postgres } from "../postgres.ts";
import { prisma as prismaClient } from "./prisma.ts";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };

describe("the transaction of a caller", async () => {
  const postgres = await Postgres.start();
  const pool = new pg.Pool({ connectionString: postgres.url });
  const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool: pool as never }) });
  const knexed = knex({ client: "pg", connection: postgres.url });
  const prisma = prismaClient(postgres.url);
  const outbox = await Outbox.open({ database: pool as OutboxOptions["database"] });
  after(async () => {
    await outbox.close();
    await prisma.$disconnect();
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
    "of Prisma": (work) => prisma.$transaction(work),
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

  test("that was aborted takes no mail, and the error says what to do", async () => {
    const nonsense = "select nonsense";
    const aborted: Record<string, () => Promise<unknown>> = {
      pg: () =>
        inPool(async (client) => {
          await client.query(nonsense).catch(() => {});
          await refused(client);
        }),
      Drizzle: () =>
        drizzle(pool as never).transaction(async (transaction) => {
          await transaction.execute(sql.raw(nonsense)).catch(() => {});
          await refused({ drizzle: transaction as never, sql: sql as never });
        }),
      Knex: () =>
        knexed.transaction(async (transaction) => {
          await transaction.raw(nonsense).catch(() => {});
          await refused(transaction as unknown as Via);
        }),
      Prisma: () =>
        prisma.$transaction(async (transaction) => {
          await transaction.$queryRawUnsafe(nonsense).catch(() => {});
          await refused(transaction);
        }),
    };
    async function refused(via: Via): Promise<void> {
      await assert.rejects(outbox.enqueue(receipt, { via }), {
        kind: "configuration",
        message:
          "database: the transaction was aborted by an earlier error, so the mail was not enqueued. Roll back and begin again",
      });
      throw new RangeError("refused");
    }
    for (const [name, work] of Object.entries(aborted)) await assert.rejects(work(), RangeError, name);
  });

  test("that is not open, or not any more, takes no mail", async () => {
    const before = (await outbox.status()).mails.waiting;
    const client = await pool.connect();
    const closed = /^database: the transaction of via is not open, so the mail was not enqueued\. Begin one/;
    const execute = {
      execute: (text: string, values: readonly unknown[]) => client.query(text, [...values]),
    };
    const refuse = (via: unknown, message: RegExp): Promise<void> =>
      assert.rejects(outbox.enqueue(receipt, { via: via as Via }), { kind: "configuration", message });
    for (const end of ["rollback", "commit"]) {
      for (const via of [client, execute]) {
        await refuse(via, closed);
        await client.query("begin");
        await client.query("select 1");
        await client.query(end);
        await refuse(via, closed);
      }
    }
    // Statements of a client go in their order, so its transaction begins before the mail is written.
    const begun = client.query("begin");
    const { id } = await outbox.enqueue(receipt, { via: client });
    await begun;
    await client.query("rollback");
    assert.equal(await outbox.find(id, { via: client }), undefined);
    client.release();
    const ended: [(work: (via: Via) => Promise<void>) => Promise<unknown>, RegExp][] = [
      [ways["of Kysely"] as never, /already committed/],
      [ways["of Knex"] as never, /already complete/],
      [ways["of Drizzle"] as never, closed],
      [ways["of Prisma"] as never, /^database: [^\n]*already closed[^\n]*$/],
      [(work) => outbox.transaction(work), /^transaction: it has ended/],
    ];
    for (const [begin, message] of ended) {
      let kept: Via | undefined;
      await begin(async (via) => {
        kept = via;
      });
      await refuse(kept, message);
    }
    await refuse({ drizzle: drizzle(pool as never), sql }, closed);
    const whole =
      /^via: expected an open transaction, not the whole database, got an? \w+\. Pass .*transaction/;
    for (const via of [pool, kysely, knexed, prisma, outbox]) await refuse(via, whole);
    assert.equal((await outbox.status()).mails.waiting, before);
  });

  test("that is none is refused with the remedy", async () => {
    const wrong: [unknown, RegExp][] = [
      [drizzle(pool as never), /\{ drizzle: transaction, sql \}/],
      [{}, /client of pg/],
      ["transaction", /client of pg/],
      [null, /client of pg/],
    ];
    for (const [via, message] of wrong)
      await assert.rejects(outbox.enqueue(receipt, { via: via as Via }), { kind: "configuration", message });
  });

  test("with an error of the database does not repeat the mail in the error", async () => {
    await assert.rejects(
      drizzle(pool as never).transaction(async (transaction) => {
        await transaction.execute(sql`create function never() returns trigger language plpgsql as
          $$ begin raise exception 'no room'; end $$`);
        await transaction.execute(
          sql`create trigger never before insert on envoi.mail execute function never()`,
        );
        await outbox.enqueue(receipt, { via: { drizzle: transaction as never, sql: sql as never } });
      }),
      { name: "EnvoiError", message: "database: no room" },
    );
  });
});
