import { after, describe, test } from "node:test";
import { suppressionsContract } from "../../contract/suppressions-contract.ts";
import { Postgres } from "../postgres.ts";

describe("the suppressions of an outbox on PostgreSQL", async () => {
  const postgres = await Postgres.start();
  after(() => postgres[Symbol.asyncDispose]());
  suppressionsContract(test, { database: postgres.url });
});
