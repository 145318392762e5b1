import { performance } from "node:perf_hooks";
import process from "node:process";
import { EnvoiError, reasonOf } from "../../errors.ts";
import type { Database, Row } from "../database/database.ts";
import { databaseError } from "../database/database-error.ts";
import { optionalPackage } from "../database/optional-package.ts";
import { Bell } from "./bell.ts";

type Package = typeof import("pg-boss");
type PgBoss = InstanceType<Package["PgBoss"]>;

/** What is done again and again for all workers, by any of them. It may run twice at once. */
export interface Chore {
  /** The queue of its jobs. */
  readonly name: string;
  /** Whole seconds from one time to the next. */
  readonly every: number;
  /** Does it. */
  run(): Promise<void>;
}

/**
 * Has chores done at their times by one of all workers: each asks pg-boss for the next job, and pg-boss makes one of
 * it and gives it to one of them.
 *
 * Nothing that is true of a mail depends on pg-boss. Until it runs here, and while it has trouble (the database was
 * away, its tables may not be made, a newer version changed them), this worker does the chores itself.
 */
export class Clockwork {
  readonly #database: Database;
  readonly #schema: string;
  readonly #migrate: boolean;
  readonly #chores: readonly Chore[];
  readonly #beginning: number;
  readonly #bell = new Bell();
  /** When each chore was last asked for, by the monotonic clock. */
  readonly #asked = new Map<Chore, number>();
  /** Chores that are asked for, or done here because pg-boss does not. */
  readonly #busy = new Set<Chore>();
  /** What takes the jobs of each chore here. */
  readonly #takers = new Map<Chore, string>();
  #boss: PgBoss | undefined;
  #troubleAt = Number.NEGATIVE_INFINITY;
  #ended = false;

  /**
   * @param schema the name of the schema for the tables of pg-boss
   * @param migrate whether pg-boss may make and change them
   * @param beginning milliseconds after which pg-boss is started
   */
  constructor(
    database: Database,
    schema: string,
    migrate: boolean,
    chores: readonly Chore[],
    beginning = 2000,
  ) {
    this.#beginning = beginning;
    this.#database = database;
    this.#schema = schema;
    this.#migrate = migrate;
    this.#chores = chores;
  }

  /** Starts pg-boss, and tries again until that works or `end` is called. */
  async begin(): Promise<void> {
    // To load it and to make its tables takes a while, in which this process does little else. So the first mails go
    // before, and a worker that does not live long does without.
    await this.#bell.wait(this.#beginning);
    for (let wait = 1000; !this.#ended; wait = Math.min(60_000, wait * 2)) {
      try {
        const { PgBoss } = await optionalPackage<Package>("pg-boss", "work");
        await this.#start(PgBoss);
        return;
      } catch (error) {
        await this.#stop();
        if (!this.#ended) tell(this.#schema, error);
      }
      await this.#bell.wait(wait);
    }
  }

  /** Asks for the chores whose time has come. To be called more often than that, also while others last. */
  async tick(): Promise<void> {
    await Promise.all(this.#chores.map((chore) => this.#turn(chore)));
  }

  async #turn(chore: Chore): Promise<void> {
    const last = this.#asked.get(chore) ?? Number.NEGATIVE_INFINITY;
    // A call that comes a little early is in time, so that no turn is missed.
    if (this.#busy.has(chore) || performance.now() - last < chore.every * 1000 - 100) return;
    this.#asked.set(chore, performance.now());
    this.#busy.add(chore);
    try {
      if (!(await this.#ask(chore))) await chore.run();
    } catch {
      // The database is away. The next turn tries again.
    } finally {
      this.#busy.delete(chore);
    }
  }

  /** Stops pg-boss, without waiting for a chore that runs. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#bell.ring();
    await this.#stop();
  }

  async #start(Boss: Package["PgBoss"]): Promise<void> {
    const boss = new Boss({
      ...settings,
      db: { executeSql: (text: string, values?: unknown[]) => this.#execute(text, values) },
      schema: this.#schema,
      migrate: this.#migrate,
      backend: this.#database.single ? "pglite" : "postgres",
    });
    boss.on("error", () => {
      this.#troubleAt = performance.now();
    });
    this.#boss = boss;
    await boss.start();
    for (const chore of this.#chores) {
      await boss.createQueue(chore.name, queue);
      this.#takers.set(chore, await boss.work(chore.name, looking, () => chore.run()));
    }
  }

  /**
   * Whether a job for the chore is there, or was in this turn. Turns go by the clock of the database, so they are the
   * same for all workers.
   */
  async #ask(chore: Chore): Promise<boolean> {
    const taker = this.#takers.get(chore);
    if (this.#boss === undefined || taker === undefined) return false;
    if (performance.now() - this.#troubleAt < patience) return false;
    try {
      const job = await this.#boss.send(chore.name, null, { singletonSeconds: chore.every });
      // The one who made it is most likely to take it, without a wait.
      if (job !== null) this.#boss.notifyWorker(taker);
      return true;
    } catch {
      this.#troubleAt = performance.now();
      return false;
    }
  }

  async #execute(text: string, values: readonly unknown[] = []): Promise<{ rows: Row[] }> {
    if (this.#ended) throw new Error("the worker has stopped");
    try {
      const rows = values.length > 0 ? this.#database.query(text, values) : this.#database.script(text);
      return { rows: [...(await rows)] };
    } catch (error) {
      // pg-boss knows the errors of the database, and not those of envoi.
      throw EnvoiError.is(error) && error.cause !== undefined ? error.cause : error;
    }
  }

  /** A statement that never ends must not hold up whoever stops. */
  async #stop(): Promise<void> {
    const boss = this.#boss;
    this.#boss = undefined;
    this.#takers.clear();
    if (boss === undefined) return;
    const late = new Bell();
    const stopped = boss.stop({ graceful: false, close: false }).catch(() => {});
    void stopped.then(() => late.ring());
    await late.wait(longestStop);
  }
}

/** Milliseconds for which chores are done here after trouble. */
const patience = 5000;
/** Milliseconds. */
const longestStop = 1000;

/** What pg-boss does besides: nothing. Its jobs here hold no data, and their rows are few. */
const settings = {
  schedule: false,
  reindex: false,
  monitorVacuum: false,
  registerInstance: false,
  openTelemetry: { enabled: false },
  maintenanceIntervalSeconds: 60,
  flowIntervalSeconds: 3600,
};

/**
 * At most one job waits. A second one may be active, so that a worker that dies or hangs with a job holds nobody up;
 * so its job is not tried again either.
 */
const queue = { policy: "short", retryLimit: 0, deleteAfterSeconds: 60 } as const;

/** For jobs whose maker died. */
const looking = { pollingIntervalSeconds: 2 };

const told = new Set<string>();

/** Says why pg-boss does not run, once in a process, unless it is the connection. */
function tell(schema: string, error: unknown): void {
  const known = databaseError(error);
  if ((EnvoiError.is(known) && known.kind === "connection") || told.has(schema)) return;
  told.add(schema);
  process.emitWarning(
    `envoi/outbox: ${EnvoiError.is(error) ? error.message : aboutTables(schema, error)}. Until it can be used, each ` +
      "worker does its work itself.",
    "EnvoiWarning",
  );
}

function aboutTables(schema: string, error: unknown): string {
  const problem = `pg-boss cannot use its tables in the schema "${schema}" (${reasonOf(error)})`;
  const remedy =
    `If this role may not make them, run the SQL of "npx pg-boss@12 plans create --schema ${schema}" as a role that ` +
    "may (for tables of an older pg-boss that of plans migrate), then grant this role USAGE on the schema, and " +
    "SELECT, INSERT, UPDATE and DELETE on its tables";
  return `${problem}. ${remedy}`;
}
