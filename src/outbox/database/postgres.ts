import { misconfigured } from "../../errors.ts";
import type { Database, ListeningHandlers, Row, Statements } from "./database.ts";
import { databaseError } from "./database-error.ts";
import { Limit } from "./limit.ts";
import { optionalPackage } from "./optional-package.ts";

/** A connection of a {@link PostgresPool}: what the outbox uses of pg's PoolClient. */
export interface PostgresClient {
  /** Runs a statement. */
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; command?: string }>;
  /** Gives the connection back; an error closes it. */
  release(error?: Error | boolean): void;
  /** Events: `notification`, `error`, `end`. */
  on(event: string, listener: (...values: unknown[]) => void): unknown;
  /** Takes a listener away. */
  removeListener(event: string, listener: (...values: unknown[]) => void): unknown;
}

/** A pool of connections to PostgreSQL: what the outbox uses of pg's Pool. */
export interface PostgresPool {
  /** Runs a statement on any connection. */
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  /** Lends a connection. */
  connect(): Promise<PostgresClient>;
  /** Closes all connections. */
  end(): Promise<void>;
}

/** A pool of pg. No statement is named, so that it also works behind pgbouncer in transaction mode. */
export class Postgres implements Database {
  readonly single = false;
  readonly #pool: PostgresPool;
  readonly #own: boolean;
  readonly #limit: Limit | undefined;

  /**
   * @param own whether `close` closes the pool
   * @param limit when statements are given up; absent for never
   */
  constructor(pool: PostgresPool, own: boolean, limit?: Limit) {
    this.#pool = pool;
    this.#own = own;
    this.#limit = limit;
  }

  /** Opens a pool of its own. @throws EnvoiError of kind `"configuration"` if pg is not installed. */
  static async open(url: string): Promise<Postgres> {
    const { default: pg } = await optionalPackage<typeof import("pg")>("pg", "a database URL");
    const { Pool } = pg;
    const pool = new Pool({
      connectionString: url,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 30_000,
    });
    // A connection that is idle and breaks is not needed; its error would end the process.
    pool.on("error", () => {});
    return new Postgres(pool, true);
  }

  async query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    if (this.#limit !== undefined) return this.#limited(this.#limit, text, values);
    try {
      const { rows } = await this.#pool.query(text, [...values]);
      return rows as Row[];
    } catch (error) {
      throw databaseError(error);
    }
  }

  async within(timeout: number, text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.#limited(new Limit(timeout), text, values);
  }

  bounded(timeout: number, signal?: AbortSignal): Database {
    return new Postgres(this.#pool, false, new Limit(timeout, signal));
  }

  async #limited(limit: Limit, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    return this.#lent(limit, async (client) => {
      const { rows } = await limit.on(client.query(text, [...values]));
      return rows as Row[];
    });
  }

  async script(text: string): Promise<readonly Row[]> {
    // If it fails in a transaction of its own, its connection is closed.
    return this.#lent(this.#limit, async (client) =>
      [await within(this.#limit, client.query(text))].flat().flatMap(({ rows }) => rows as Row[]),
    );
  }

  async transaction<T>(work: (transaction: Statements) => Promise<T>): Promise<T> {
    return this.#lent(this.#limit, async (client) => {
      await client.query("begin isolation level read committed");
      let result: T;
      try {
        result = await work({
          query: async (text, values = []) => {
            try {
              return (await client.query(text, [...values])).rows as Row[];
            } catch (error) {
              throw databaseError(error);
            }
          },
        });
      } catch (error) {
        const open = await client.query("rollback").then(
          () => true,
          () => false,
        );
        throw new WorkFailed(error, open);
      }
      const { command } = await client.query("commit");
      // PostgreSQL answers so, and without an error, if a statement failed and its error was not passed on.
      if (command === "ROLLBACK") throw new WorkFailed(rolledBack(), true);
      return result;
    });
  }

  async listen(channel: string, { onNotification, onEnd }: ListeningHandlers): Promise<() => Promise<void>> {
    const client = await this.#connect(this.#limit);
    let ended = false;
    const end = (error?: Error): void => {
      if (ended) return;
      ended = true;
      client.removeListener("notification", notified as never);
      client.release(error ?? true);
      onEnd();
    };
    const notified = (message: { channel: string; payload?: string }): void => {
      if (message.channel === channel) onNotification(message.payload ?? "");
    };
    client.on("notification", notified as never);
    client.on("error", end as never);
    client.on("end", end as never);
    try {
      await within(this.#limit, client.query(`listen "${channel}"`));
    } catch (error) {
      end(error as Error);
      throw databaseError(error);
    }
    return async () => {
      // A connection that has listened is closed, so that nobody else gets its notifications.
      end();
    };
  }

  async close(): Promise<void> {
    if (this.#own) await this.#pool.end();
  }

  async #connect(limit: Limit | undefined): Promise<PostgresClient> {
    const connecting = this.#pool.connect();
    try {
      return await within(limit, connecting);
    } catch (error) {
      // One that comes too late goes back.
      connecting.then(
        (client) => client.release(),
        () => {},
      );
      throw databaseError(error);
    }
  }

  /** Lends a connection. If it fails, other than by the caller's work, it is closed. */
  async #lent<T>(limit: Limit | undefined, work: (client: PostgresClient) => Promise<T>): Promise<T> {
    const client = await this.#connect(limit);
    // A connection that breaks while it is lent also fails its statement.
    const broken = (): void => {};
    client.on("error", broken as never);
    let failure: unknown;
    try {
      return await work(client);
    } catch (error) {
      if (!(error instanceof WorkFailed && error.open)) failure = error;
      if (error instanceof WorkFailed) throw error.cause;
      throw databaseError(error);
    } finally {
      // A connection that failed is closed, and may break once more while it is.
      if (failure === undefined) client.removeListener("error", broken as never);
      client.release(failure instanceof Error ? failure : failure !== undefined);
    }
  }
}

function within<T>(limit: Limit | undefined, step: Promise<T>): Promise<T> {
  return limit === undefined ? step : limit.on(step);
}

function rolledBack(): Error {
  return misconfigured(
    "transaction: a statement in it failed, so the database rolled it back. Pass its error on",
  );
}

/** The work in a transaction has failed, and the transaction was rolled back. */
class WorkFailed extends Error {
  /** Whether the connection can still be used. */
  readonly open: boolean;

  constructor(cause: unknown, open: boolean) {
    super("rolled back", { cause });
    this.open = open;
  }
}

/** What the outbox uses of the package pg. */
export interface PgPackage {
  /** Makes a pool. */
  readonly Pool: new (
    options: object,
  ) => PostgresPool & {
    on(event: "error", listener: (error: Error) => void): unknown;
  };
}
