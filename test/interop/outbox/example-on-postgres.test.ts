import assert from "node:assert/strict";
import { test } from "node:test";
import { runExample, story } from "../../outbox/run-example.ts";
import { Postgres } from "../postgres.ts";

test("the example of a shop runs on PostgreSQL, twice", async () => {
  await using postgres = await Postgres.start();
  for (let round = 0; round < 2; round++) assert.equal(runExample({ DATABASE_URL: postgres.url }), story);
});
