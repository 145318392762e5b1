import { misconfigured } from "../../errors.ts";
import type { Database, Statements } from "../database/database.ts";
import { sqlState } from "../database/database-error.ts";
import { type Migration, migrations } from "./migrations.ts";

/** The version of the schema that this code works with. */
const newest = migrations.at(-1)?.version ?? 0;

/** The tables of an outbox: their names, and how they are made. */
export class Schema {
  readonly #name: string;
  /** The name of the schema, quoted. */
  readonly quoted: string;
  /** The channel on which workers are woken. */
  readonly channel: string;
  /** The name of the schema in which pg-boss has its tables. */
  readonly clockwork: string;

  /** @param name checked: lower-case letters, digits and underscores */
  constructor(name: string) {
    this.#name = name;
    this.quoted = `"${name}"`;
    this.channel = `${name}_outbox`;
    this.clockwork = `${name}_boss`;
  }

  /** An expression that wakes the workers that sleep, when its statement commits. */
  get wake(): string {
    return `(select pg_notify('${this.channel}', '') from
      (select 1 from ${this.quoted}.worker where asleep limit 1) as sleeper)::text`;
  }

  /** All statements that make the newest schema in an empty database. */
  get sql(): string {
    return [
      `create schema if not exists ${this.quoted};`,
      ...this.#steps(migrations),
      `-- Workers also need the tables of pg-boss: add the SQL of ${this.#clockworkSql}`,
      "",
    ].join("\n");
  }

  /**
   * Makes or changes the tables so that this code can use them. Of several processes that start at once, one does it
   * and the others wait.
   *
   * @param migrate whether it may; otherwise it only checks
   * @throws EnvoiError of kind `"configuration"` if the database is of a newer version, or the role may not do it.
   */
  async prepare(database: Database, migrate: boolean): Promise<void> {
    if ((await this.#version(database)) >= newest) return;
    if (!migrate) throw this.#toDo("migrate is false");
    try {
      await database.transaction(async (transaction) => {
        await transaction.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
          `envoi ${this.quoted}`,
        ]);
        const version = await this.#version(transaction);
        if (version >= newest) return;
        if (version === 0) await this.#create(transaction);
        const missing = migrations.filter((each) => each.version > version);
        for (const statement of missing.flatMap((each) => each.statements(this.quoted)))
          await transaction.query(statement);
        for (const { version: step, compatible } of missing) {
          await transaction.query(
            `insert into ${this.quoted}.version (version, compatible) values ($1, $2)`,
            [step, compatible],
          );
        }
      });
    } catch (error) {
      throw sqlState(error) === "42501" ? this.#toDo("this role may not create it", error) : error;
    }
  }

  /**
   * Asked of the tables of the catalogue first: a failed statement would end the transaction, and to_regclass() may
   * answer what was true before the process waited for others.
   */
  async #version(statements: Statements): Promise<number> {
    const table = `${this.quoted}.version`;
    const [there] = await statements.query(
      "select tablename from pg_catalog.pg_tables where schemaname = $1::text and tablename = 'version'",
      [this.#name],
    );
    if (there === undefined) return 0;
    const [row] = await statements.query(
      `select version, compatible from ${table} order by version desc limit 1`,
    );
    const version = Number(row?.["version"] ?? 0);
    // During a deploy the next version may be there already, if it says that this one may go on.
    if (version > newest + 1 || (version > newest && Number(row?.["compatible"]) > newest)) {
      const problem = `expected an outbox of at most version ${newest}, got ${version}`;
      throw misconfigured(`database: ${problem}. A newer envoi made it: update envoi here`);
    }
    return version;
  }

  async #create(transaction: Statements): Promise<void> {
    // Asked first, because "if not exists" also needs the right to create.
    const [there] = await transaction.query(
      "select nspname from pg_catalog.pg_namespace where nspname = $1::text",
      [this.#name],
    );
    if (there === undefined) await transaction.query(`create schema ${this.quoted}`);
    await transaction.query(this.#versionTable());
  }

  #versionTable(): string {
    const columns =
      "version integer primary key, compatible integer not null, applied timestamptz default now()";
    return `create table ${this.quoted}.version (${columns})`;
  }

  #steps(steps: readonly Migration[]): string[] {
    return [
      this.#versionTable(),
      ...steps.flatMap((step) => step.statements(this.quoted)),
      ...steps.map(
        ({ version, compatible }) =>
          `insert into ${this.quoted}.version (version, compatible) values (${version}, ${compatible})`,
      ),
    ].map((statement) => `${statement};`);
  }

  get #clockworkSql(): string {
    return `npx pg-boss@12 plans create --schema ${this.clockwork}`;
  }

  #toDo(reason: string, cause?: unknown): Error {
    const problem = `expected the tables of version ${newest} in schema ${this.quoted}, and ${reason}`;
    const remedy =
      `Run the SQL of Outbox.sql(), and for workers that of ${this.#clockworkSql}, as a role that may create schemas, ` +
      "then grant this role USAGE on both schemas, and SELECT, INSERT, UPDATE and DELETE on their tables";
    return misconfigured(`database: ${problem}. ${remedy}`, cause);
  }
}
