import type { Socket } from "node:net";
import { type Clock, systemClock } from "../net/clock.ts";
import { type Listener, listen } from "../net/server/listener.ts";
import { ServerSocket } from "../net/server/server-socket.ts";
import { TlsAcceptor } from "../net/server/tls-acceptor.ts";
import type { ServerSettings } from "../protocol/server/settings.ts";
import { directIdentity } from "./connection/client-identity.ts";
import { Connection } from "./connection/connection.ts";
import { ConnectionLimits } from "./connection/connection-limits.ts";
import type { Observe } from "./connection/observer.ts";
import type { ServerContext } from "./connection/server-context.ts";
import { AuthThrottle } from "./hooks/auth-throttle.ts";
import { Policy } from "./hooks/policy.ts";
import { ServerObserver } from "./observer/server-observer.ts";
import type { ResolvedListener } from "./options/listeners.ts";
import type { SmtpServerOptions } from "./options/options.ts";
import { resolveOptions } from "./options/resolved-options.ts";

/** What the laboratory may change about a server, and a host may not. */
export interface ServerInternals {
  readonly clock?: Clock;
  readonly observe?: Observe;
  /** The text after the name in the greeting. */
  readonly banner?: string;
  /** Extensions that are not offered. */
  readonly without?: ServerSettings["without"];
  /** Does not keep the process alive. */
  readonly unref?: boolean;
  /** The ciphers of TLS, as OpenSSL writes them, instead of its defaults. */
  readonly ciphers?: string | undefined;
}

/** A server that listens, and its connections: what is inside an SmtpServer and a TestServer. */
export class RunningServer {
  readonly #host: ServerContext;
  readonly #connections = new Map<Connection, Promise<void>>();
  readonly #limits = new ConnectionLimits();
  readonly #listeners: Listener[] = [];
  #closed: Promise<void> | undefined;
  /** Lets no connection go on, once it is being closed. */
  #cut: () => void = () => {};

  private constructor(host: ServerContext) {
    this.#host = host;
  }

  /** Starts a server; see SmtpServer.listen for what it throws. */
  static async start(options: SmtpServerOptions, internals: ServerInternals = {}): Promise<RunningServer> {
    const resolved = resolveOptions(options);
    const clock = internals.clock ?? systemClock;
    const protocol = {
      ...resolved.protocol,
      banner: internals.banner ?? resolved.protocol.banner,
      without: internals.without ?? resolved.protocol.without,
    };
    const server = new RunningServer({
      resolved,
      protocol,
      implicitTls: false,
      policy: new Policy(options, resolved.rules),
      tls: resolved.tls && new TlsAcceptor({ ...resolved.tls, ciphers: internals.ciphers }),
      clock,
      observe: internals.observe,
      observer: new ServerObserver(resolved.logger, resolved.logAddresses),
      throttle: new AuthThrottle(resolved.authFailureDelay, clock),
      path: undefined,
    });
    try {
      for (const listener of resolved.listeners) await server.#listen(listener, internals.unref ?? false);
    } catch (error) {
      await server.close(0);
      throw error;
    }
    return server;
  }

  async #listen({ at, tls, lmtp, requireTls, requireAuth }: ResolvedListener, unref: boolean): Promise<void> {
    const own: ServerContext = {
      ...this.#host,
      protocol: { ...this.#host.protocol, lmtp, requireTls, requireAuth, starttls: tls === "starttls" },
      implicitTls: tls === "implicit",
      path: "path" in at ? at.path : undefined,
    };
    const accept = (socket: Socket) => this.#accept(socket, own);
    this.#listeners.push(await listen({ at, unref, accept }));
  }

  /** The ports that are listened on, in the order of the option `listeners`. */
  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  /** The port that is listened on; of several, the first. */
  get port(): number {
    return this.#listeners[0]?.port ?? 0;
  }

  /** The IP address that is listened on; of several, the first. */
  get address(): string {
    return this.#listeners[0]?.address ?? "";
  }

  /**
   * Accepts no more connections, lets transactions go on for `grace` milliseconds, and cuts the rest. A second call can
   * shorten the time.
   */
  close(grace: number): Promise<void> {
    this.#closed ??= this.#close();
    if (grace === 0) this.#cut();
    else {
      for (const connection of this.#connections.keys()) connection.leave();
      const timer = this.#host.clock.timer(grace, this.#cut, true);
      void this.#closed.then(() => timer.cancel());
    }
    return this.#closed;
  }

  async #close(): Promise<void> {
    const stopped = Promise.all(this.#listeners.map((listener) => listener.stop()));
    const over = Promise.all(this.#connections.values());
    const cut = new Promise<void>((resolve) => {
      this.#cut = () => {
        for (const connection of this.#connections.keys()) connection.cut();
        resolve();
      };
    });
    // A hook may outlast its connection, but not the grace.
    await Promise.race([over, cut]);
    await stopped;
  }

  #accept(socket: Socket, host: ServerContext): void {
    // Gone before it was looked at.
    if (socket.remoteAddress === undefined && host.path === undefined) return void socket.destroy();
    const client = directIdentity(socket, host.path);
    host.observer.counters.connections++;
    const admission = this.#limits.admit(client.remoteAddress, host.resolved, (limit) =>
      host.observer.refused(client, {
        kind: "limit",
        reason: limit,
        phase: "accept",
        detail: `the client is one too many: ${limit} is ${host.resolved[limit]}`,
      }),
    );
    if (admission === undefined) return void socket.destroy();
    const connection = new Connection(host, new ServerSocket(socket, host.clock), client);
    const life = connection.serve(admission.refusal).finally(() => {
      this.#connections.delete(connection);
      admission.leave();
    });
    this.#connections.set(connection, life);
  }
}
