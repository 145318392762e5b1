import { EnvoiError } from "../../errors.ts";
import { wrongOption } from "../../text/options/option-reader.ts";
import type { Row, Statements } from "../database/database.ts";
import { databaseError } from "../database/database-error.ts";

/** A client of pg, or a transaction of PGlite. */
export interface QueryVia {
  /** Runs a statement. */
  query(text: string, values?: never): Promise<{ rows: unknown[] }>;
}

/** A transaction of Kysely. */
export interface KyselyVia {
  /** Runs a compiled query. */
  executeQuery(query: never): Promise<{ rows: unknown[] }>;
}

/** A transaction of Knex. */
export interface KnexVia {
  /** Runs a statement with `?` for values. */
  raw(text: string, values: never): PromiseLike<unknown>;
}

/** An interactive transaction of Prisma. */
export interface PrismaVia {
  /** Runs a statement and returns its rows. */
  $queryRawUnsafe(text: string, ...values: never[]): PromiseLike<unknown>;
}

/** A transaction of Drizzle, and its `sql`. */
export interface DrizzleVia {
  /** The transaction. */
  readonly drizzle: { execute(query: never): PromiseLike<unknown> };
  /** What `drizzle-orm` exports as `sql`. */
  readonly sql: (strings: TemplateStringsArray, ...values: never[]) => unknown;
}

/** Any other way: a function that runs a statement with `$1` ... in the transaction, and returns rows. */
export interface ExecuteVia {
  /** Runs a statement. Returns its rows, or an object that has them as `rows`. */
  execute(text: string, values: readonly unknown[]): PromiseLike<unknown>;
}

/** The open transaction of the caller, in which a mail is enqueued. */
export type Via = QueryVia | KyselyVia | KnexVia | PrismaVia | DrizzleVia | ExecuteVia;

/**
 * The transaction of a caller as the outbox uses it.
 *
 * @param open whether it must be open; otherwise only its connection is used
 * @throws EnvoiError of kind `"configuration"` if it is none of the kinds, or a pool, whose statements are each a
 * transaction of their own.
 */
export function readVia(value: unknown, field: string, open: boolean = true): Statements {
  const run = runner(value, field);
  let certain = open ? undefined : true;
  return {
    async query(text, values = []) {
      try {
        certain ??= isCertain(value);
        if (!certain) await run(onlyInTransactions, []);
        certain = true;
        return rowsOf(await run(text, values));
      } catch (error) {
        throw error instanceof Error || EnvoiError.is(error) ? databaseError(error) : error;
      }
    },
  };
}

/**
 * Whether a transaction is certain to be open, or says itself that it is not. Otherwise the database is asked, because
 * each statement would be a transaction of its own, and the mail would be there whatever becomes of the rest.
 */
function isCertain(value: unknown): boolean {
  const via = Object(value) as Record<string, unknown>;
  // Transactions of Kysely, Prisma and Knex, and those of PGlite and of an outbox.
  if (["executeQuery", "$queryRawUnsafe", "raw"].some((name) => has(via, name)) || "closed" in via)
    return true;
  // A client of pg from 8.20 on.
  return has(via, "getTransactionStatus") && (value as Status).getTransactionStatus() === "T";
}

interface Status {
  getTransactionStatus(): string | null;
}

/** PostgreSQL refuses it outside of a transaction, by 25P01. */
const onlyInTransactions = "lock table pg_catalog.pg_class in access share mode";

type Run = (text: string, values: readonly unknown[]) => PromiseLike<unknown>;

function runner(value: unknown, field: string): Run {
  // Some of these are functions with methods.
  const via = Object(value) as Record<string, unknown>;
  if (typeof Object(via["drizzle"]).execute === "function" && typeof via["sql"] === "function")
    return drizzle(value as DrizzleVia);
  if ("dialect" in via && "session" in via)
    throw wrongOption(field, "{ drizzle: transaction, sql }", value, "sql is an export of drizzle-orm");
  const whole = wholeDatabase(via);
  if (whole !== undefined)
    throw wrongOption(field, "an open transaction, not the whole database", value, `Pass ${whole}`);
  if (has(via, "executeQuery")) return kysely(value as KyselyVia);
  if (has(via, "$queryRawUnsafe"))
    return (text, values) => (value as PrismaVia).$queryRawUnsafe(text, ...(values as never[]));
  if (has(via, "raw")) return knex(value as KnexVia);
  if (has(via, "query")) return (text, values) => (value as QueryVia).query(text, [...values] as never);
  if (has(via, "execute")) return (text, values) => (value as ExecuteVia).execute(text, values);
  const expected =
    "a client of pg, a transaction of PGlite, Kysely, Knex or Prisma, { drizzle, sql } or { execute }";
  throw wrongOption(field, expected, value);
}

function has(via: Record<string, unknown>, method: string): boolean {
  return typeof via[method] === "function";
}

/** What to pass instead of a database, whose statements are each a transaction of their own. */
function wholeDatabase(via: Record<string, unknown>): string | undefined {
  if (has(via, "executeQuery"))
    return via["isTransaction"] === false ? "what transaction().execute() of Kysely gives" : undefined;
  if (has(via, "$queryRawUnsafe"))
    return has(via, "$connect") ? "what $transaction(async (transaction) => ...) of Prisma gives" : undefined;
  if (has(via, "raw")) return via["isTransaction"] === true ? undefined : "what transaction() of Knex gives";
  if (!has(via, "query")) return undefined;
  if (has(via, "connect") && "totalCount" in via)
    return "the client that connect() of the pool gave and that has begun the transaction";
  // PGlite and an outbox. The transactions of TypeORM have this method too, so the database is asked about others.
  const nests = !has(via, "exec") && !has(via, "enqueue");
  return has(via, "transaction") && !nests ? "what its transaction() gives" : undefined;
}

/** What CompiledQuery.raw() of Kysely makes. */
function kysely(via: KyselyVia): Run {
  return (sql, parameters) => {
    const query = { kind: "RawNode", sqlFragments: [sql], parameters: [] };
    return via.executeQuery({ sql, parameters, query, queryId: { queryId: "envoi" } } as never);
  };
}

function knex(via: KnexVia): Run {
  return (text, values) => {
    const { parts, numbers } = split(text);
    return via.raw(parts.join("?"), numbers.map((n) => values[n - 1] ?? null) as never);
  };
}

function drizzle({ drizzle: transaction, sql }: DrizzleVia): Run {
  return (text, values) => {
    const { parts, numbers } = split(text);
    const strings = Object.assign([...parts], { raw: parts });
    const given = numbers.map((n) => values[n - 1] ?? null);
    return transaction.execute(sql(strings, ...(given as never[])) as never);
  };
}

/** A statement at its `$1` ...: what is between them, and their numbers. */
function split(text: string): { parts: readonly string[]; numbers: readonly number[] } {
  const pieces = text.split(/\$(\d+)/);
  return {
    parts: pieces.filter((_, index) => index % 2 === 0),
    numbers: pieces.filter((_, index) => index % 2 === 1).map(Number),
  };
}

function rowsOf(result: unknown): readonly Row[] {
  if (Array.isArray(result)) return Array.from(result as Row[]);
  const { rows } = Object(result) as { rows?: unknown };
  if (Array.isArray(rows)) return rows as Row[];
  throw wrongOption("via.execute", "the rows of the statement, or an object with rows", result);
}
