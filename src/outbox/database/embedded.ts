import { misconfigured } from "../../errors.ts";
import type { Database, ListeningHandlers, Row, Statements } from "./database.ts";
import { databaseError } from "./database-error.ts";
import { type FolderLock, lockFolder } from "./folder-lock.ts";
import { optionalPackage } from "./optional-package.ts";

/** What the outbox uses of a transaction of PGlite. */
export interface EmbeddedTransaction {
  /** Runs a statement. */
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  /** Runs several statements. */
  exec(text: string): Promise<{ rows: unknown[] }[]>;
}

/** A database in this process: what the outbox uses of PGlite. */
export interface EmbeddedDatabase extends EmbeddedTransaction {
  /** Runs work in a transaction; everything else waits for its end. */
  transaction<T>(work: (transaction: EmbeddedTransaction) => Promise<T>): Promise<T>;
  /** Listens on a channel. */
  listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
  /** Closes it. */
  close(): Promise<void>;
}

/**
 * PGlite: PostgreSQL inside this process, with one connection. It does not sync its files to the disk, so a machine
 * that stops may lose the last mails; for development and single processes.
 */
export class Embedded implements Database {
  readonly single = true;
  readonly #database: EmbeddedDatabase;
  readonly #lock: FolderLock | undefined;
  /** Statements of the outbox wait for each other here, and only the first of them for PGlite. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param lock what `close` releases, with the database; absent if the caller opened the database */
  constructor(database: EmbeddedDatabase, lock?: FolderLock) {
    this.#database = database;
    this.#lock = lock;
  }

  /**
   * Opens a folder. @throws EnvoiError of kind `"configuration"` if PGlite is not installed, or the folder is in use.
   */
  static async open(folder: string): Promise<Embedded> {
    const { PGlite } = await optionalPackage<typeof import("@electric-sql/pglite")>(
      "@electric-sql/pglite",
      "a database folder",
    );
    const lock = await lockFolder(folder);
    try {
      return new Embedded(await PGlite.create({ dataDir: folder }), lock);
    } catch (error) {
      await lock.release();
      throw databaseError(error);
    }
  }

  async query(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.transaction((transaction) => transaction.query(text, values));
  }

  async within(_timeout: number, text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    // It takes no turn: behind it, others would wait for the end of a transaction without a limit.
    return this.#begin(undefined, (transaction) => statements(transaction).query(text, values));
  }

  bounded(): Database {
    // There is no connection that could be lost.
    return this;
  }

  async script(text: string): Promise<readonly Row[]> {
    // A transaction that the script begins is the one around it. So nobody else gets a connection whose transaction
    // has failed.
    return this.#inTurn(async (transaction) => {
      try {
        return (await transaction.exec(text)).flatMap(({ rows }) => rows as Row[]);
      } catch (error) {
        throw databaseError(error);
      }
    });
  }

  async transaction<T>(work: (transaction: Statements) => Promise<T>): Promise<T> {
    return this.#inTurn((transaction) => work(statements(transaction)));
  }

  /** A transaction of the caller. It takes no turn, because the statements inside would wait for it for ever. */
  async callersTransaction<T>(work: (transaction: Statements) => Promise<T>): Promise<T> {
    return this.#begin(undefined, (transaction) => work(statements(transaction)));
  }

  async listen(channel: string, { onNotification }: ListeningHandlers): Promise<() => Promise<void>> {
    return this.#database.listen(`"${channel}"`, onNotification);
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => {});
    if (this.#lock === undefined) return;
    await this.#database.close();
    await this.#lock.release();
  }

  async #inTurn<T>(work: (transaction: EmbeddedTransaction) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => this.#begin(patience, work));
    this.#turn = result.catch(() => {});
    return result;
  }

  /**
   * PGlite runs one transaction at a time, and calls from inside it that do not use it would wait for ever. So a wait
   * that lasts is an error, and its work is not begun any more.
   */
  async #begin<T>(
    wait: number | undefined,
    work: (transaction: EmbeddedTransaction) => Promise<T>,
  ): Promise<T> {
    let state: "waiting" | "begun" | "given up" = "waiting";
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      if (wait === undefined) return;
      timer = setTimeout(() => {
        if (state !== "waiting") return;
        state = "given up";
        reject(insideTransaction());
      }, wait);
    });
    const running = this.#database.transaction(async (transaction) => {
      if (state === "given up") throw insideTransaction();
      state = "begun";
      return work(transaction);
    });
    try {
      return await Promise.race([running, late]);
    } catch (error) {
      running.catch(() => {});
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function statements(transaction: EmbeddedTransaction): Statements {
  return {
    query: async (text, values = []) => {
      try {
        return (await transaction.query(text, [...values])).rows as Row[];
      } catch (error) {
        throw databaseError(error);
      }
    },
  };
}

/** Milliseconds. */
const patience = 700;

function insideTransaction(): Error {
  const problem =
    "expected the open transaction, because PGlite has one connection, and a transaction is open on it";
  return misconfigured(`via: ${problem}. Pass via, or wait for the end of the transaction`);
}
