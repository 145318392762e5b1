import type { Socket } from "node:net";
import { type Clock, systemClock } from "../net/clock.ts";
import { type Listener, listen } from "../net/server/listener.ts";
import { ServerSocket } from "../net/server/server-socket.ts";
import { TlsAcceptor } from "../net/server/tls-acceptor.ts";
import { Reply } from "../protocol/reply.ts";
import type { ServerSettings } from "../protocol/server/settings.ts";
import { Connection, type ConnectionHost } from "./connection.ts";
import type { Observe } from "./observer.ts";
import type { SmtpServerOptions } from "./options.ts";
import { Policy } from "./policy.ts";
import { settle } from "./settings.ts";

/** What the laboratory may change about a server, and a host may not. */
export interface ServerInternals {
  readonly clock?: Clock;
  readonly observe?: Observe;
  /** What the greeting says behind the name. */
  readonly banner?: string;
  /** Extensions that are not offered. */
  readonly without?: ServerSettings["without"];
  /** Does not keep the process alive. */
  readonly unref?: boolean;
}

/** A server that listens, and its connections: what is inside an SmtpServer and a TestServer. */
export class RunningServer {
  readonly #host: ConnectionHost;
  readonly #connections = new Map<Connection, Promise<void>>();
  #listener: Listener | undefined;
  #closed: Promise<void> | undefined;

  private constructor(host: ConnectionHost) {
    this.#host = host;
  }

  /** Starts a server; see SmtpServer.listen for what it throws. */
  static async start(options: SmtpServerOptions, internals: ServerInternals = {}): Promise<RunningServer> {
    const settled = settle(options);
    const protocol = {
      ...settled.protocol,
      banner: internals.banner ?? settled.protocol.banner,
      without: internals.without ?? settled.protocol.without,
    };
    const server = new RunningServer({
      settled: { ...settled, protocol },
      policy: new Policy(options, settled.rules),
      tls: settled.tls && new TlsAcceptor(settled.tls),
      clock: internals.clock ?? systemClock,
      observe: internals.observe,
    });
    server.#listener = await listen({
      host: options.host ?? "127.0.0.1",
      port: options.port ?? 0,
      unref: internals.unref ?? false,
      accept: (socket) => server.#accept(socket),
    });
    return server;
  }

  /** The port that is listened on. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /** The IP address that is listened on. */
  get address(): string {
    return this.#listener?.address ?? "";
  }

  /** Accepts nobody any more, gives transactions under way so many milliseconds, and cuts what is left. */
  close(grace: number): Promise<void> {
    this.#closed ??= this.#close(grace);
    return this.#closed;
  }

  async #close(grace: number): Promise<void> {
    const stopped = this.#listener?.stop();
    const over = Promise.all(this.#connections.values());
    if (grace > 0 && this.#connections.size > 0) {
      for (const connection of this.#connections.keys()) connection.leave();
      await new Promise<void>((resolve) => {
        const timer = this.#host.clock.timer(grace, resolve);
        void over.then(() => {
          timer.cancel();
          resolve();
        });
      });
    }
    for (const connection of this.#connections.keys()) connection.cut();
    await stopped;
  }

  #accept(socket: Socket): void {
    // Gone before it was looked at.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    const connection = new Connection(this.#host, new ServerSocket(socket, this.#host.clock));
    const crowded = this.#connections.size >= this.#host.settled.maxConnections;
    const life = connection.serve(crowded ? tooMany : undefined);
    this.#connections.set(
      connection,
      life.finally(() => this.#connections.delete(connection)),
    );
  }
}

const tooMany = Reply.of(421, "4.3.2", "Too many connections, try again later");
