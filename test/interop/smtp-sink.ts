import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "./daemon.ts";

/** What smtp-sink has taken. */
export interface Sunk {
  readonly from: string;
  readonly to: readonly string[];
  /** The bytes that were sent, with CRLF line ends. */
  readonly message: Buffer;
}

/**
 * Postfix's smtp-sink for as long as a test needs it: it takes everything and knows nothing but PIPELINING, 8BITMIME
 * and DSN.
 */
export class SmtpSink {
  readonly port: number;
  readonly #daemon: Daemon<"plain">;

  static async start(): Promise<SmtpSink> {
    const daemon = await Daemon.start({
      name: "smtp-sink",
      ports: ["plain"],
      async furnish(directory, ports) {
        await mkdir(join(directory, "sunk"));
        await chmod(join(directory, "sunk"), 0o777);
        const dump = ["-R", directory, "-d", "sunk/"];
        return ["/usr/sbin/smtp-sink", "-u", "nobody", ...dump, `127.0.0.1:${ports.plain}`, "100"];
      },
    });
    return new SmtpSink(daemon);
  }

  private constructor(daemon: Daemon<"plain">) {
    this.#daemon = daemon;
    this.port = daemon.ports.plain;
  }

  /** What has been taken so far, in no order. */
  async sunk(): Promise<readonly Sunk[]> {
    const folder = join(this.#daemon.directory, "sunk");
    return await Promise.all(
      (await readdir(folder)).map(async (name) => parse(await readFile(join(folder, name)))),
    );
  }

  /** Stops the server and removes its directory; both are done when this resolves. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#daemon[Symbol.asyncDispose]();
  }
}

/** smtp-sink puts what it was told, and a Received field, in front, and an empty line behind. */
function parse(file: Buffer): Sunk {
  const text = file.toString("latin1");
  const front = /^(?:X-.*\n)*Received: (?:.*\n[ \t])*.*\n/.exec(text)?.[0] ?? "";
  const told = (name: string): string[] =>
    [...front.matchAll(new RegExp(`^X-${name}-Args: <(.*?)>`, "gm"))].map(([, address = ""]) => address);
  return {
    from: told("Mail")[0] ?? "",
    to: told("Rcpt"),
    message: Buffer.from(text.slice(front.length, -1).replaceAll("\n", "\r\n"), "latin1"),
  };
}
