import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "./daemon.ts";

/** Where HAProxy keeps the connections above its limit. */
export type Bound =
  /** It does not accept a third connection: to the client, the kernel has taken it, and nothing is heard. */
  | "frontend"
  /** It accepts a third, and closes it when it has waited for a second. */
  | "queue";

/** A real HAProxy in front of a server, which passes on two connections at a time. */
export class HaProxy {
  readonly port: number;
  readonly explain: (test: object) => Promise<void>;
  readonly #daemon: Daemon<"plain">;

  static async start(server: number, bound: Bound): Promise<HaProxy> {
    const daemon = await Daemon.start({
      name: "HAProxy",
      ports: ["plain"],
      async furnish(directory, ports) {
        const file = join(directory, "haproxy.cfg");
        await writeFile(file, configuration(ports.plain, server, bound));
        return ["/usr/sbin/haproxy", "-db", "-f", file];
      },
    });
    return new HaProxy(daemon);
  }

  private constructor(daemon: Daemon<"plain">) {
    this.#daemon = daemon;
    this.port = daemon.ports.plain;
    this.explain = daemon.explain;
  }

  /** Stops the proxy and removes its directory; both are done when this resolves. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#daemon[Symbol.asyncDispose]();
  }
}

const configuration = (port: number, server: number, bound: Bound): string => `
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 1s
listen smtp
  bind 127.0.0.1:${port}
  ${bound === "frontend" ? "maxconn 2" : "maxconn 100"}
  server behind 127.0.0.1:${server}${bound === "queue" ? " maxconn 2" : ""}
`;
