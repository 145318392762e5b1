import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "./free-ports.ts";
import { untilSeen } from "./watched.ts";

/** A foreign server: what it needs to run. */
export interface DaemonPlan<Port extends string> {
  readonly name: string;
  /** The ports to find, all of them free ones on 127.0.0.1. */
  readonly ports: readonly Port[];
  /** Fills a fresh directory, in which `log` is there already, and returns the command that runs in the foreground. */
  furnish(directory: string, ports: Readonly<Record<Port, number>>): Promise<readonly [string, ...string[]]>;
}

/**
 * A foreign server for as long as a test needs it: its configuration, queue and log live in one temporary directory,
 * its ports are free ones on 127.0.0.1, and nothing of it is left when it is disposed of, nor when the test's process
 * dies before that. It must be started by root, because mail servers give up their privileges themselves.
 */
export class Daemon<Port extends string> {
  readonly name: string;
  readonly ports: Readonly<Record<Port, number>>;
  readonly directory: string;
  readonly #supervisor: ChildProcess;
  readonly #ended: Promise<void>;
  #stderr = "";
  #explained = 0;

  static async start<Port extends string>(plan: DaemonPlan<Port>): Promise<Daemon<Port>> {
    if (userInfo().uid !== 0) throw new Error(`${plan.name} must be started by root`);
    for (let attempts = 1; ; attempts++) {
      const ports = await freePorts(plan.ports);
      const directory = await mkdtemp(join(tmpdir(), `envoi-${plan.name.toLowerCase()}-`));
      const daemon = new Daemon(plan.name, ports, directory, await furnished(plan, directory, ports));
      try {
        await daemon.#started();
        return daemon;
      } catch (error) {
        await daemon[Symbol.asyncDispose]();
        // Another process may take a free port before the server does.
        if (attempts < 5 && /address already in use/i.test(String(error))) continue;
        throw error;
      }
    }
  }

  private constructor(
    name: string,
    ports: Readonly<Record<Port, number>>,
    directory: string,
    command: readonly string[],
  ) {
    this.name = name;
    this.ports = ports;
    this.directory = directory;
    // Detached, so that a terminal's Ctrl-C reaches the test alone, whose end then ends the server in order.
    this.#supervisor = spawn("/bin/sh", ["-c", supervise, "supervise", directory, ...command], {
      stdio: ["pipe", "ignore", "pipe"],
      detached: true,
    });
    this.#supervisor.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr += chunk;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#supervisor.once("error", (error) => reject(error));
      this.#supervisor.once("close", () => resolve());
    });
  }

  /** The process that keeps the server: for the test of the tests. */
  get supervisor(): number {
    return this.#supervisor.pid ?? 0;
  }

  /** Waits until at least `count` lines of the log match, and returns those that do. */
  async logged(pattern: RegExp, count = 1): Promise<readonly string[]> {
    let lines: readonly string[] = [];
    const look = async (): Promise<readonly string[] | undefined> => {
      lines = (await this.log()).split("\n");
      const found = lines.filter((line) => pattern.test(line));
      return found.length >= count ? found : undefined;
    };
    const explain = (): string =>
      `no ${count} lines like ${pattern} in ${this.name}'s log:\n${lines.join("\n")}`;
    return await untilSeen(join(this.directory, "log"), look, explain);
  }

  /** What the server has logged and printed so far. */
  async log(): Promise<string> {
    const folder = join(this.directory, "log");
    const names = await readdir(folder).catch(() => []);
    const texts = await Promise.all(names.sort().map((name) => readFile(join(folder, name), "utf8")));
    return texts.join("");
  }

  /** For `t.afterEach`: when the test that has just ended failed, prints what has been logged since the one before. */
  readonly explain = async (test: object): Promise<void> => {
    const log = await this.log();
    if ("passed" in test && test.passed === false)
      console.error(`${this.name}'s log:\n${log.slice(this.#explained)}`);
    this.#explained = log.length;
  };

  /** Stops the server and removes its directory; both are done when this resolves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#supervisor.stdin?.end();
    await this.#ended;
  }

  async #started(): Promise<void> {
    let ended = false;
    void this.#ended.finally(() => {
      ended = true;
    });
    const deadline = performance.now() + PATIENCE;
    while (!(await listenOn(Object.values<number>(this.ports)))) {
      if (ended) throw new Error(`${this.name} did not start: ${this.#stderr}`);
      if (performance.now() > deadline) throw new Error(`${this.name} does not listen: ${await this.log()}`);
      await delay(10);
    }
  }
}

/** How long a server may take to start, in milliseconds. */
const PATIENCE = 30_000;

/**
 * Runs a server until standard input ends, which happens when the test lets go of it and when the test's process dies
 * in whatever way; then stops all of its processes, which are a group of their own, and removes the directory.
 */
const supervise = `
directory=$1
shift
exec 3<&0
setsid "$@" 3<&- </dev/null >"$directory/log/output" 2>&1 &
server=$!
trap '' PIPE
{ cat <&3 >/dev/null; kill "$server"; } 2>/dev/null &
wait "$server"
exec 3<&-
tries=0
while kill -TERM -- "-$server" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || kill -KILL -- "-$server"
  sleep 0.05
done
cat "$directory"/log/* >&2
rm -rf "$directory"
`;

async function furnished<Port extends string>(
  plan: DaemonPlan<Port>,
  directory: string,
  ports: Readonly<Record<Port, number>>,
): Promise<readonly string[]> {
  try {
    // Not all of a mail server is root, and what is not must come in too.
    await chmod(directory, 0o755);
    await mkdir(join(directory, "log"));
    return await plan.furnish(directory, ports);
  } catch (error) {
    await rm(directory, { recursive: true });
    throw error;
  }
}

/**
 * Whether something listens on all of these ports of 127.0.0.1. The kernel is asked: a connection would be in the
 * server's log.
 */
async function listenOn(ports: readonly number[]): Promise<boolean> {
  const sockets = (await readFile("/proc/net/tcp", "latin1")).split("\n");
  return ports.every((port) => {
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    return sockets.some((socket) => socket.includes(` 0100007F:${hex} 00000000:0000 0A `));
  });
}
