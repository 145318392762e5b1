import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import process from "node:process";
import type { Database } from "../database/database.ts";
import type { Schema } from "../schema/schema.ts";

/** The sign of life of a worker: its row in the table `worker`, by the clock of the database. */
export class Lease {
  readonly #database: Database;
  readonly #schema: string;
  readonly #name: string;
  readonly #length: number;
  #id: string;
  #generation = 1;
  #asleep = false;
  #listening = false;

  /** @param length milliseconds */
  constructor(database: Database, schema: Schema, length: number) {
    this.#database = database;
    this.#schema = schema.quoted;
    this.#length = length;
    this.#name = randomUUID();
    this.#id = this.#name;
  }

  /** The id under which mails are claimed now. After a lease that ended there is a new one. */
  get id(): string {
    return this.#id;
  }

  /** The id of the worker for people. */
  get name(): string {
    return this.#name;
  }

  /** Begins it. */
  async begin(): Promise<void> {
    await this.#database.query(
      `insert into ${this.#schema}.worker (id, host, pid, until, listening)
       values ($1::text, $2::text, ${process.pid}, now() + ${this.#length} * interval '1 millisecond',
         ${this.#listening})
       on conflict (id) do nothing`,
      [this.#id, hostname()],
    );
  }

  /** Makes it longer. If it was over, others take what this worker had claimed; it goes on under a new id. */
  async renew(): Promise<void> {
    const rows = await this.#database.query(
      `update ${this.#schema}.worker set until = now() + ${this.#length} * interval '1 millisecond'
       where id = $1::text and until > now() returning 1 as there`,
      [this.#id],
    );
    if (rows.length > 0) return;
    this.#generation++;
    this.#id = `${this.#name}:${this.#generation}`;
    this.#asleep = false;
    await this.begin();
  }

  /** Tells those who enqueue whether to wake this worker. */
  async sleeps(asleep: boolean): Promise<boolean> {
    if (this.#asleep === asleep) return false;
    await this.#database.query(`update ${this.#schema}.worker set asleep = ${asleep} where id = $1::text`, [
      this.#id,
    ]);
    this.#asleep = asleep;
    return true;
  }

  /** Tells whether notifications arrive. */
  async listens(listening: boolean): Promise<void> {
    this.#listening = listening;
    await this.#database.query(
      `update ${this.#schema}.worker set listening = ${listening} where id = $1::text`,
      [this.#id],
    );
  }

  /** Ends it. */
  async end(): Promise<void> {
    await this.#database.query(`delete from ${this.#schema}.worker where id = $1::text`, [this.#id]);
  }
}
