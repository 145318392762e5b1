import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { answered, freePort } from "../report/port.ts";

const programs = "/usr/lib/postgresql/15/bin";

/** The server of PostgreSQL 15 of Debian. */
export const postgresProgram: string = `${programs}/postgres`;

/** A server in a folder of its own, for as long as a benchmark needs it. */
export class Backend implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  /** PostgreSQL 15 of Debian, with its default settings: commits wait for the disk. */
  static async postgres(): Promise<Backend> {
    const folder = mkdtempSync(join(tmpdir(), "envoi-bench-"));
    // It refuses to run as root.
    const as =
      process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
    chmodSync(folder, 0o777);
    const data = join(folder, "data");
    const [initdb = "", ...options] = [
      ...as,
      `${programs}/initdb`,
      "-D",
      data,
      "-U",
      "postgres",
      "-A",
      "trust",
    ];
    execFileSync(initdb, options, { stdio: "ignore" });
    const port = await freePort();
    const settings = ["-p", `${port}`, "-h", "127.0.0.1", "-k", folder];
    const [program = "", ...rest] = [...as, postgresProgram, "-D", data, ...settings];
    const child = spawn(program, rest, { stdio: "ignore" });
    const backend = new Backend(port, child, folder);
    const ready = ["-q", "-h", "127.0.0.1", "-p", `${port}`];
    for (let tries = 0; ; tries++) {
      try {
        execFileSync(`${programs}/pg_isready`, ready, { stdio: "ignore" });
        return backend;
      } catch (error) {
        if (tries > 100) throw error;
        await sleep(100);
      }
    }
  }

  /** Redis without persistence: `REDIS_SERVER` may name the program. */
  static async redis(): Promise<Backend> {
    const folder = mkdtempSync(join(tmpdir(), "envoi-bench-"));
    const port = await freePort();
    const program = process.env["REDIS_SERVER"] ?? "redis-server";
    const options = [
      "--port",
      `${port}`,
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
      "--dir",
      folder,
    ];
    const child = spawn(program, options, { stdio: "ignore" });
    const failed = () => (child.exitCode === null ? undefined : `redis-server ended with ${child.exitCode}`);
    await answered(port, failed, "PING\r\n");
    return new Backend(port, child, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGINT");
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
