import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { outboxContract } from "../contract/outbox-contract.ts";
import { ratesContract } from "../contract/rates-contract.ts";

describe("an outbox on PGlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "envoi-outbox-"));
  const database = await PGlite.create({ dataDir: folder });
  after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  outboxContract(test, { database });
  ratesContract(test, { database });
});
