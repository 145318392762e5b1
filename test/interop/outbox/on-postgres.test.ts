import { after, describe, test } from "node:test";
import { outboxContract } from "../../contract/outbox-contract.ts";
import { ratesContract } from "../../contract/rates-contract.ts";
import { Postgres } from "../postgres.ts";

describe("an outbox on PostgreSQL", async () => {
  const postgres = await Postgres.start();
  after(() => postgres[Symbol.asyncDispose]());
  outboxContract(test, { database: postgres.url });
  ratesContract(test, { database: postgres.url });
});
