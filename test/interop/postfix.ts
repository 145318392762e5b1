import { type ChildProcess, spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { type Certificates, makeCertificates } from "./certificates.ts";
import {
  INBOX_DOMAIN,
  MAILDIR_OWNER,
  mainCf,
  masterCf,
  type Relay,
  type Service,
  services,
} from "./configuration.ts";
import { type Delivered, parseDelivered } from "./delivered.ts";
import { run } from "./program.ts";
import { untilSeen } from "./watched.ts";

/** What may differ from one instance to the next. */
export interface PostfixOptions {
  /** Hand on what is not for the inbox domain; without it such mail is refused. */
  readonly relay?: Relay;
  /** The certificates to show, and the authority to trust when relaying; made anew when left out. */
  readonly certificates?: Certificates;
  /** The SASL mechanisms to offer; PLAIN and LOGIN when left out. */
  readonly mechanisms?: readonly string[];
}

/**
 * A real Postfix for as long as a test needs it: its configuration, queue, log and maildir live in one temporary
 * directory, its ports are free ones on 127.0.0.1, and nothing of it is left when it is disposed of, nor when the
 * test's process dies before that. It must be started by root, because Postfix gives up its privileges itself.
 *
 * @example
 * ```ts
 * await using postfix = await Postfix.start();
 * await SmtpTransport.unencryptedLocalhost(postfix.ports.plain).send({ ..., to: `ada@${INBOX_DOMAIN}` });
 * const { message } = await postfix.delivered(`ada@${INBOX_DOMAIN}`);
 * ```
 */
export class Postfix {
  /** Who may log in on `submission`, `submissions` and `plainAuth`; not all of the password is ASCII. */
  static readonly user = "ada";
  static readonly password = 'öffne "dich" \\ 50%';

  readonly ports: Readonly<Record<Service, number>>;
  readonly certificates: Certificates;
  readonly #directory: string;
  readonly #supervisor: ChildProcess;
  readonly #ended: Promise<void>;
  #stderr = "";
  #explained = 0;

  static async start(options: PostfixOptions = {}): Promise<Postfix> {
    if (userInfo().uid !== 0) throw new Error("Postfix must be started by root");
    const certificates = options.certificates ?? (await makeCertificates());
    for (let attempts = 1; ; attempts++) {
      const ports = await freePorts();
      const directory = await furnish(ports, certificates, options);
      const postfix = new Postfix(ports, certificates, directory);
      try {
        await postfix.#started();
        return postfix;
      } catch (error) {
        await postfix[Symbol.asyncDispose]();
        // Somebody may take a free port before Postfix does.
        if (attempts < 5 && String(error).includes("Address already in use")) continue;
        throw error;
      }
    }
  }

  private constructor(
    ports: Readonly<Record<Service, number>>,
    certificates: Certificates,
    directory: string,
  ) {
    this.ports = ports;
    this.certificates = certificates;
    this.#directory = directory;
    // Detached, so that a terminal's Ctrl-C reaches the test alone, whose end then ends Postfix in order.
    this.#supervisor = spawn("/bin/sh", ["-c", supervise, "supervise", directory], {
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

  /** Its directory, and the process that keeps it: for the test of the tests. */
  get whereabouts(): { readonly directory: string; readonly supervisor: number } {
    return { directory: this.#directory, supervisor: this.#supervisor.pid ?? 0 };
  }

  /** Waits for a mail to this recipient and returns it. */
  async delivered(to: string): Promise<Delivered> {
    const [mail] = await this.deliveries(to, 1);
    return mail as Delivered;
  }

  /** Waits until at least `count` mails to this recipient are there and returns all of them, in no order. */
  async deliveries(to: string, count: number): Promise<readonly Delivered[]> {
    const folder = join(this.#directory, "inbox", "new");
    const read = new Map<string, Delivered>();
    const look = async (): Promise<readonly Delivered[] | undefined> => {
      for (const name of await readdir(folder)) {
        if (!read.has(name)) read.set(name, parseDelivered(await readFile(join(folder, name))));
      }
      const found = [...read.values()].filter((mail) => mail.to === to);
      return found.length >= count ? found : undefined;
    };
    return await untilSeen(folder, look, () => `${count} mails to ${to} have not come; ${this.#found(read)}`);
  }

  /** Waits until at least `count` lines of the log match, and returns those that do. */
  async logged(pattern: RegExp, count = 1, signal?: AbortSignal): Promise<readonly string[]> {
    let lines: readonly string[] = [];
    const look = async (): Promise<readonly string[] | undefined> => {
      lines = (await this.log()).split("\n");
      const found = lines.filter((line) => pattern.test(line));
      return found.length >= count ? found : undefined;
    };
    const explain = (): string => `no ${count} lines like ${pattern} in the log:\n${lines.join("\n")}`;
    return await untilSeen(join(this.#directory, "log"), look, explain, signal);
  }

  /** What Postfix has logged so far. */
  async log(): Promise<string> {
    return await readFile(join(this.#directory, "log", "mail.log"), "utf8").catch(() => "");
  }

  /** For `t.afterEach`: when the test that has just ended failed, prints what has been logged since the one before. */
  readonly explain = async (test: object): Promise<void> => {
    const log = await this.log();
    if ("passed" in test && test.passed === false)
      console.error(`Postfix's log:\n${log.slice(this.#explained)}`);
    this.#explained = log.length;
  };

  /** Stops Postfix and removes its directory; both are done when this resolves. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#supervisor.stdin?.end();
    await this.#ended;
  }

  async #started(): Promise<void> {
    const ended = new AbortController();
    const failed = this.#ended.then(() => {
      ended.abort(new Error(`Postfix did not start: ${this.#stderr}`));
    });
    await Promise.race([this.logged(/daemon started/, 1, ended.signal), failed]);
    ended.signal.throwIfAborted();
  }

  #found(read: ReadonlyMap<string, Delivered>): string {
    return `in the maildir are ${[...read.values()].map((mail) => mail.to).join(", ") || "none"}`;
  }
}

/**
 * Runs Postfix's master until standard input ends, which happens when the test lets go of it and when the test's
 * process dies in whatever way; then stops all of Postfix's processes, which master has put into a group of their own,
 * and removes the directory.
 */
const supervise = `
directory=$1
exec 3<&0
/usr/lib/postfix/sbin/master -c "$directory/conf" -s 3<&- </dev/null &
master=$!
trap '' PIPE
{ cat <&3 >/dev/null; kill "$master"; } 2>/dev/null &
wait "$master"
exec 3<&-
tries=0
while kill -0 -- "-$master" 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || kill -KILL -- "-$master"
  sleep 0.05
done
cat "$directory/log/mail.log" >&2
rm -rf "$directory"
`;

/** Makes a directory with everything in it that Postfix needs. */
async function furnish(
  ports: Readonly<Record<Service, number>>,
  certificates: Certificates,
  options: PostfixOptions,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "envoi-postfix-"));
  try {
    await fill(directory, ports, certificates, options);
    return directory;
  } catch (error) {
    await rm(directory, { recursive: true });
    throw error;
  }
}

async function fill(
  directory: string,
  ports: Readonly<Record<Service, number>>,
  { ca, certificate, key }: Certificates,
  { relay, mechanisms = ["PLAIN", "LOGIN"] }: PostfixOptions,
): Promise<void> {
  const path = (...names: readonly string[]): string => join(directory, ...names);
  // Not all of Postfix is root, and what is not must come in too.
  await chmod(directory, 0o755);
  for (const name of ["conf", "conf/sasl", "queue", "log", "inbox"]) await mkdir(path(name));
  for (const name of ["cur", "new", "tmp"]) await mkdir(path("inbox", name));
  for (const name of ["", "cur", "new", "tmp"])
    await chown(path("inbox", name), MAILDIR_OWNER, MAILDIR_OWNER);
  await writeFile(path("conf", "main.cf"), mainCf(directory, relay));
  await writeFile(path("conf", "master.cf"), masterCf(ports));
  await writeFile(path("ca.pem"), ca);
  await writeFile(path("server.pem"), certificate);
  await writeFile(path("server.key"), key, { mode: 0o600 });
  await writeFile(
    path("conf", "sasl", "smtpd.conf"),
    `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${path("conf", "sasl", "users")}\n` +
      `mech_list: ${mechanisms.join(" ")}\n`,
  );
  const account = ["-p", "-c", "-f", path("conf", "sasl", "users"), "-u", INBOX_DOMAIN, Postfix.user];
  await run("saslpasswd2", account, Postfix.password);
  // smtpd has given up its privileges when it reads the passwords.
  await chmod(path("conf", "sasl", "users"), 0o644);
  // Makes the folders of the queue, and says what is wrong with the configuration.
  await run("postfix", ["-c", path("conf"), "check"]);
}

/** A free port for every service: all held at once, so that no two are the same. */
async function freePorts(): Promise<Readonly<Record<Service, number>>> {
  const held = await Promise.all(
    services.map(async (service) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("not an address with a port");
      return { service, server, port: address.port };
    }),
  );
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return Object.fromEntries(held.map(({ service, port }) => [service, port])) as Record<Service, number>;
}
