import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { PGlite } from "@electric-sql/pglite";
import { suppressionsContract } from "../contract/suppressions-contract.ts";

describe("the suppressions of an outbox on PGlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "envoi-suppressions-"));
  const database = await PGlite.create({ dataDir: folder });
  after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  suppressionsContract(test, { database });
});
