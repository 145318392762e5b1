import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { StubTransport } from "envoi";
import { Outbox } from "envoi/outbox";
import pg from "pg";
import { until } from "../../contract/outbox-contract.ts";
import { Postgres } from "../postgres.ts";
import { ClaimTimes } from "./claim-times.ts";

const receipt = { from: "shop@example.com", to: "ada@example.org", subject: "Receipt", text: "Thank you." };

describe("an outbox with many mails", async () => {
  const postgres = await Postgres.start();
  after(() => postgres[Symbol.asyncDispose]());

  async function measured(name: string, mails: number): Promise<Measured> {
    await postgres.sql(`create database ${name}`);
    const pool = new pg.Pool({ connectionString: postgres.urlOf("postgres", name) });
    const times = new ClaimTimes(pool);
    let sent = 0;
    const transport = new StubTransport(() => {
      sent++;
      return undefined;
    });
    const outbox = await Outbox.open({ database: times.pool, transport, notify: false });
    await outbox.enqueue(receipt);
    await fill(pool, mails);
    return {
      pool,
      times,
      outbox,
      sent: () => sent,
      async [Symbol.asyncDispose]() {
        await outbox.close();
        await pool.end();
      },
    };
  }

  /**
   * Drains two databases of one server side by side, so that both have the same load. Returns how many times as long a
   * claim takes in the second.
   */
  async function slowdown(
    names: readonly [string, string],
    mails: number,
    burden: (database: pg.Pool) => Promise<AsyncDisposable>,
  ): Promise<number> {
    await using usual = await measured(names[0], mails);
    await using burdened = await measured(names[1], mails);
    await using _ = await burden(burdened.pool);
    for (const { outbox } of [usual, burdened]) outbox.work({ concurrency: 100 });
    await until(
      async () => Math.min(usual.sent(), burdened.sent()),
      (sent) => sent >= mails * 0.9,
      200_000,
    );
    return burdened.times.late() / usual.times.late();
  }

  test("claims are at most twice as slow while a snapshot is held and 50,000 mails drain", async (t) => {
    const ratio = await slowdown(["free", "held"], 50_000, async (pool) => {
      const holder = await pool.connect();
      await holder.query("begin isolation level repeatable read");
      await holder.query("select count(*) from envoi.mail");
      return {
        [Symbol.asyncDispose]: async () => {
          await holder.query("commit");
          holder.release();
        },
      };
    });
    t.diagnostic(`${ratio.toFixed(2)} times`);
    assert.ok(ratio <= 2, `${ratio}`);
  });

  test("claims are at most half as slow again with a million mails for tomorrow", async (t) => {
    const ratio = await slowdown(["today", "tomorrow"], 5000, async (pool) => {
      await fill(pool, 1_000_000, "scheduled", "1 day");
      return { [Symbol.asyncDispose]: async () => {} };
    });
    t.diagnostic(`${ratio.toFixed(2)} times`);
    assert.ok(ratio <= 1.5, `${ratio}`);
  });
});

interface Measured extends AsyncDisposable {
  readonly pool: pg.Pool;
  readonly times: ClaimTimes;
  readonly outbox: Outbox;
  readonly sent: () => number;
}

/** Copies the mail that is there many times. */
async function fill(pool: pg.Pool, count: number, state = "ready", later = "0"): Promise<void> {
  const client = await pool.connect();
  await client.query(
    `insert into envoi.mail (tenant, state, due, at, recipients, message_id, content, size)
     select tenant, '${state}', due + interval '${later}', at + interval '${later}', recipients, message_id, content, size
     from (select * from envoi.mail limit 1) as one, generate_series(1, ${count})`,
  );
  await client.query("analyze envoi.mail");
  client.release();
}
