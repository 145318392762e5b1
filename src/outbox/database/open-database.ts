import type { ReadOutboxOptions } from "../options.ts";
import type { Database } from "./database.ts";
import { Embedded, type EmbeddedDatabase } from "./embedded.ts";
import { Postgres, type PostgresPool } from "./postgres.ts";

/** Opens the database of an outbox. @throws EnvoiError if a package is missing or a folder is in use. */
export async function openDatabase(database: ReadOutboxOptions["database"]): Promise<Database> {
  if (typeof database === "string") return Postgres.open(database);
  if ("folder" in database) return Embedded.open(database.folder);
  return isPool(database) ? new Postgres(database, false) : new Embedded(database);
}

function isPool(database: PostgresPool | EmbeddedDatabase): database is PostgresPool {
  return "connect" in database;
}
