import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Certificates } from "./certificates.ts";
import { Daemon } from "./daemon.ts";

/** Where HAProxy keeps the connections above its limit. */
export type Bound =
  /** It does not accept a third connection: to the client, the kernel has taken it, and nothing is heard. */
  | "frontend"
  /** It accepts a third, and closes it when it has waited for a second. */
  | "queue";

/** The header that it sends in front of each connection. */
export type ProxyHeaderSent =
  | "send-proxy"
  | "send-proxy-v2"
  | "send-proxy-v2-ssl"
  | "send-proxy-v2 proxy-v2-options ssl,ssl-cipher,authority,crc32c"
  /** Looks whether the server lives, for which it has no client. */
  | "send-proxy-v2 check inter 50ms";

/** A real HAProxy in front of a server. */
export class HaProxy {
  readonly port: number;
  readonly explain: (test: object) => Promise<void>;
  readonly #daemon: Daemon<"plain">;

  /** Starts one that passes on two connections at a time. */
  static async start(server: number, bound: Bound): Promise<HaProxy> {
    return await HaProxy.#start(async (port) => configuration(port, server, bound));
  }

  /** Starts one that sends a header in front of each connection; with certificates, it ends the client's TLS. */
  static async naming(
    server: number,
    header: ProxyHeaderSent,
    certificates?: Certificates,
  ): Promise<HaProxy> {
    return await HaProxy.#start(async (port, directory) => {
      const pem = join(directory, "server.pem");
      if (certificates !== undefined) await writeFile(pem, certificates.certificate + certificates.key);
      const ssl = certificates === undefined ? "" : ` ssl crt ${pem}`;
      return named(port, server, header, ssl);
    });
  }

  static async #start(configure: (port: number, directory: string) => Promise<string>): Promise<HaProxy> {
    const daemon = await Daemon.start({
      name: "HAProxy",
      ports: ["plain"],
      async furnish(directory, ports) {
        const file = join(directory, "haproxy.cfg");
        await writeFile(file, await configure(ports.plain, directory));
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

const named = (port: number, server: number, header: ProxyHeaderSent, ssl: string): string => `
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen smtp
  bind 127.0.0.1:${port}${ssl}
  option smtpchk EHLO check.interop.example
  server behind 127.0.0.1:${server} ${header}
`;

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
