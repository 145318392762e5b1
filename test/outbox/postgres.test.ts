import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { Outbox } from "envoi/outbox";
import { Postgres, type PostgresClient } from "#src/outbox/database/postgres.js";

/** A pool whose only client answers what the test says. */
function poolOf(answer: () => Promise<{ rows: unknown[] }>, connecting: Promise<void> = Promise.resolve()) {
  const released: unknown[] = [];
  const client = {
    query: answer,
    release: (error?: unknown) => void released.push(error),
    on: () => {},
    removeListener: () => {},
  } as unknown as PostgresClient;
  const pool = { query: answer, connect: () => connecting.then(() => client), end: async () => {} };
  return { pool, released };
}

const never = (): Promise<never> => new Promise(() => {});

test("a statement without an answer is given up, with its connection", async () => {
  const { pool, released } = poolOf(never);
  const database = new Postgres(pool, false).bounded(1);
  for (const statement of [database.query("select 1"), database.script("select 1")])
    await assert.rejects(statement, { kind: "connection", message: /no answer within 1 ms/ });
  assert.deepEqual(
    released.map((error) => error instanceof Error),
    [true, true],
  );
});

test("statements are given up at the end of the worker, and leave nothing at its signal", async () => {
  const over = new AbortController();
  const answered = poolOf(async () => ({ rows: [{ n: 1 }] }));
  assert.deepEqual(await new Postgres(answered.pool, false).bounded(60_000, over.signal).query("select 1"), [
    { n: 1 },
  ]);
  assert.deepEqual(answered.released, [false]);
  assert.equal(getEventListeners(over.signal, "abort").length, 0);
  const { pool, released } = poolOf(never);
  const database = new Postgres(pool, false).bounded(5000, over.signal);
  const statement = database.query("select 1");
  await new Promise((resolve) => setImmediate(resolve));
  over.abort();
  for (const each of [statement, database.query("select 1")])
    await assert.rejects(each, { kind: "connection", message: /before the end/ });
  assert.equal(released.length, 2);
});

test("a connection that comes too late goes back to its pool", async () => {
  let connect = (): void => {};
  const connecting = new Promise<void>((resolve) => {
    connect = resolve;
  });
  const { pool, released } = poolOf(never, connecting);
  await assert.rejects(new Postgres(pool, false).bounded(1).query("select 1"), { kind: "connection" });
  assert.equal(released.length, 0);
  connect();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(released, [undefined]);
});

test("the tables of an outbox cannot be where pg-boss has those of another", async () => {
  for (const schema of ["envoi_boss", "_boss"])
    assert.throws(() => Outbox.sql(schema), {
      kind: "configuration",
      message: `schema: expected a name that does not end in _boss, got ${schema}: pg-boss has its tables there`,
    });
  assert.match(Outbox.sql("boss"), /"boss"/);
});
