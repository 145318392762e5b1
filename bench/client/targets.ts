import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeCertificates } from "../../test/interop/certificates.ts";
import { Postfix } from "../../test/interop/postfix.ts";
import type { Track } from "./course.ts";
import { ReadyProcess } from "./ready-process.ts";
import { Sink } from "./sink.ts";

const delays = [50, 200] as const;

/** All servers that mails are sent to, and the relay in front of them, while the benchmark needs them. */
export class Targets implements AsyncDisposable {
  readonly #folder: string;
  readonly #postfix: Postfix;
  readonly #ports: ReadonlyMap<string, number>;
  /** What must be ended, in reverse order. */
  readonly #running: readonly AsyncDisposable[];

  private constructor(
    folder: string,
    postfix: Postfix,
    ports: ReadonlyMap<string, number>,
    running: readonly AsyncDisposable[],
  ) {
    this.#folder = folder;
    this.#postfix = postfix;
    this.#ports = ports;
    this.#running = running;
  }

  static async start(): Promise<Targets> {
    const folder = await mkdtemp(join(tmpdir(), "envoi-bench-client-"));
    const certificates = await makeCertificates();
    const files = { "ca.pem": certificates.ca, certificate: certificates.certificate, key: certificates.key };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const running: AsyncDisposable[] = [];
    const started = <T extends AsyncDisposable>(one: T): T => {
      running.unshift(one);
      return one;
    };
    try {
      const sink = started(await Sink.start());
      const serverFiles = [join(folder, "certificate"), join(folder, "key")];
      const server = started(
        await ReadyProcess.start(new URL("./smtp-server.js", import.meta.url), ...serverFiles),
      );
      const postfix = started(await Postfix.start({ certificates, main: discarding }));
      const direct: Readonly<Record<string, number | undefined>> = {
        "smtp-sink": sink.port,
        SmtpServer: server.ports[0],
        "SmtpServer, TLS": server.ports[1],
        Postfix: postfix.ports.plain,
        "Postfix, TLS": postfix.ports.wrapper,
      };
      const ways = Object.entries(direct).flatMap(([name, to]) =>
        delays.map((delay) => ({ name: `${name}, ${delay}`, to, delay })),
      );
      const relay = started(
        await ReadyProcess.start(new URL("./relay.js", import.meta.url), JSON.stringify(ways)),
      );
      const ports = new Map<string, number>();
      for (const [name, port] of Object.entries(direct)) ports.set(`${name}, 0`, port ?? 0);
      for (const [index, { name }] of ways.entries()) ports.set(name, relay.ports[index] ?? 0);
      return new Targets(folder, postfix, ports, running);
    } catch (error) {
      for (const one of running) await one[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
      throw error;
    }
  }

  /** The file of the authority that issued the certificates. */
  get ca(): string {
    return join(this.#folder, "ca.pem");
  }

  port({ target, tls, delay }: Pick<Track, "target" | "tls" | "delay">): number {
    return this.#ports.get(`${target}${tls ? ", TLS" : ""}, ${delay}`) ?? 0;
  }

  /** Waits until Postfix has handled what it accepted, so that it is idle for the next measurement. */
  async idle(): Promise<void> {
    const patience = performance.now() + 20_000;
    while (performance.now() < patience) {
      const queued = await Promise.all(["maildrop", "incoming", "active"].map((name) => this.#queued(name)));
      if (!queued.some((some) => some)) return;
      await sleep(20);
    }
  }

  async #queued(name: string): Promise<boolean> {
    const folder = join(this.#postfix.daemon.directory, "queue", name);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.some((entry) => entry.isFile());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#running) await one[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }
}

/** Accepted mail is queued as usual, and then discarded. */
const discarding = {
  default_transport: "discard:",
  relay_transport: "discard:",
  local_transport: "discard:",
};
