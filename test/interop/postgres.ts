import { execFile } from "node:child_process";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Daemon } from "./daemon.ts";

const programs = "/usr/lib/postgresql/15/bin";

/**
 * A real PostgreSQL for as long as a test needs it, run by an unprivileged user.
 *
 * @example
 * ```ts
 * await using postgres = await Postgres.start();
 * await Outbox.open({ database: postgres.url, transport });
 * ```
 */
export class Postgres implements AsyncDisposable {
  readonly #daemon: Daemon<"postgres">;

  /** @param settings of `postgresql.conf` */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<Postgres> {
    const daemon = await Daemon.start({
      name: "PostgreSQL",
      ports: ["postgres"],
      async furnish(directory, { postgres }) {
        const data = join(directory, "data");
        await call("chown", "postgres", directory);
        await call(...asPostgres, `${programs}/initdb`, "-D", data, "-U", "postgres", "-A", "trust", "-N");
        // For machines of a test's own, if it listens to them.
        await appendFile(join(data, "pg_hba.conf"), "host all all samenet trust\n");
        const own = {
          port: `${postgres}`,
          listen_addresses: "127.0.0.1",
          unix_socket_directories: directory,
        };
        const all = { ...own, ...settings };
        const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
        return [...asPostgres, `${programs}/postgres`, "-D", data, ...options] as [string, ...string[]];
      },
    });
    const postgres = new Postgres(daemon);
    for (let tries = 0; ; tries++) {
      try {
        await postgres.sql("select 1");
        return postgres;
      } catch (error) {
        if (tries > 200) throw error;
      }
    }
  }

  private constructor(daemon: Daemon<"postgres">) {
    this.#daemon = daemon;
  }

  get port(): number {
    return this.#daemon.ports.postgres;
  }

  get directory(): string {
    return this.#daemon.directory;
  }

  /** The URL of the database `postgres`, as its owner. */
  get url(): string {
    return this.urlOf("postgres");
  }

  urlOf(user: string, database = "postgres", port: number = this.port): string {
    return `postgres://${user}@127.0.0.1:${port}/${database}`;
  }

  /** Runs statements with psql, and returns what it prints. */
  async sql(statements: string, user = "postgres"): Promise<string> {
    const args = ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", this.urlOf(user), "-c", statements];
    return (await call(`${programs}/psql`, ...args)).trim();
  }

  /** Everything that a dump of a database holds. */
  async dump(database = "postgres"): Promise<string> {
    return call(`${programs}/pg_dump`, "-d", this.urlOf("postgres", database));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
  }
}

const asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] as const;

async function call(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 28 });
  return stdout;
}
