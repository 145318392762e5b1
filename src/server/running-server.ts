import type { Socket } from "node:net";
import { type Clock, systemClock } from "../net/clock.ts";
import { type Listener, listen } from "../net/server/listener.ts";
import { ServerSocket } from "../net/server/server-socket.ts";
import type { ServerSettings } from "../protocol/server/settings.ts";
import { type OptionReaders, readOptions, refuseOption } from "../text/options/option-reader.ts";
import { type ClientIdentity, directIdentity } from "./connection/client-identity.ts";
import { Connection } from "./connection/connection.ts";
import { ConnectionLimits } from "./connection/connection-limits.ts";
import type { Observe } from "./connection/observer.ts";
import { ProxyGate } from "./connection/proxy-gate.ts";
import type { ServerContext } from "./connection/server-context.ts";
import { AuthThrottle } from "./hooks/auth-throttle.ts";
import { Policy } from "./hooks/policy.ts";
import type { ListeningPlace } from "./listening-place.ts";
import { ServerObserver } from "./observer/server-observer.ts";
import type { ResolvedListener } from "./options/listeners.ts";
import { readCertificates, readClientCertificates } from "./options/option-readers.ts";
import type { SmtpServerOptions } from "./options/options.ts";
import { resolveOptions } from "./options/resolved-options.ts";
import { countStates, type ServerStatus } from "./server-status.ts";
import { type CertificateChange, ServerTls } from "./server-tls.ts";
import { ServerVerification } from "./verification/server-verification.ts";

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
  /** Stands for the address of each client when mail is verified; then also that of clients that have logged in. */
  readonly clientAddress?: string | undefined;
}

/** A server that listens, and its connections: what is inside an SmtpServer and a TestServer. */
export class RunningServer {
  readonly #host: ServerContext;
  readonly #tls: ServerTls | undefined;
  readonly #since = new Date();
  readonly #connections = new Map<Connection, Promise<void>>();
  readonly #limits = new ConnectionLimits();
  readonly #listeners: Listener[] = [];
  readonly #gate = new ProxyGate();
  #closed: Promise<void> | undefined;
  /** Lets no connection go on, once it is being closed. */
  #cut: () => void = () => {};

  private constructor(host: ServerContext, tls: ServerTls | undefined) {
    this.#host = host;
    this.#tls = tls;
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
    const tls = resolved.tls && (await ServerTls.create(resolved.tls, resolved, clock));
    const { verify } = resolved;
    const host: ServerContext = {
      resolved,
      protocol,
      implicitTls: false,
      policy: new Policy(options, resolved.rules),
      tls: undefined,
      clock,
      observe: internals.observe,
      observer: new ServerObserver(resolved.logger, resolved.logAddresses),
      throttle: new AuthThrottle(resolved.authFailureDelay, clock),
      proxies: { proxyProtocol: undefined, xclient: undefined, xforward: undefined },
      verification:
        verify && (await ServerVerification.load(verify, protocol.hostname, internals.clientAddress)),
      path: undefined,
    };
    const server = new RunningServer(host, tls);
    // What is wrong with a certificate is found before anything is listened on.
    const own = resolved.listeners.map((listener) => server.#contextOf(listener, internals.ciphers));
    try {
      for (const [index, { at }] of resolved.listeners.entries())
        await server.#listen(at, own[index] as ServerContext, internals.unref ?? false);
    } catch (error) {
      await server.close(0);
      throw error;
    }
    return server;
  }

  #contextOf(listener: ResolvedListener, ciphers: string | undefined): ServerContext {
    const { at, tls, tlsSettings, lmtp, requireTls, requireAuth } = listener;
    const { protocol } = this.#host;
    const settings = { ...tlsSettings, ...(ciphers && { ciphers }) };
    return {
      ...this.#host,
      protocol: {
        ...protocol,
        lmtp,
        requireTls,
        requireAuth,
        starttls: tls === "starttls",
        etrn: protocol.etrn && !lmtp,
        atrn: protocol.atrn && !lmtp,
        // Not for servers that relay (RFC 4468 section 3.1).
        burl: requireAuth && !lmtp ? protocol.burl : undefined,
      },
      implicitTls: tls === "implicit",
      tls: tls === "none" ? undefined : this.#tls?.acceptor(settings),
      proxies: listener,
      path: "path" in at ? at.path : undefined,
    };
  }

  async #listen(at: ResolvedListener["at"], host: ServerContext, unref: boolean): Promise<void> {
    const accept = (socket: Socket) => this.#accept(socket, host);
    this.#listeners.push(await listen({ at, unref, accept }));
  }

  /**
   * Shows other certificates from now on; see SmtpServer.setCertificates.
   *
   * @throws EnvoiError of kind `"configuration"`.
   */
  async setCertificates(change: CertificateChange): Promise<void> {
    const read = readOptions(change, changeReaders, undefined, ["certificates"]);
    if (this.#tls === undefined)
      throw refuseOption("certificates", 'cannot be used with tls "none"', "No listener has TLS");
    await this.#tls.change(read);
  }

  /** What the server is doing now. */
  get status(): ServerStatus {
    const { resolved, observer } = this.#host;
    const { connections: total, refused, mails, octets } = observer.counters;
    const connections = countStates(this.#connections.keys(), this.#gate.waiting);
    const { transaction, content } = connections.states;
    return {
      since: this.#since,
      listeners: this.#listeners.map(({ address, port, path }, index) => {
        const { tls = "none", lmtp = false } = resolved.listeners[index] ?? {};
        return { address, port, ...(path !== undefined && { path }), tls, lmtp };
      }),
      connections: { ...connections, total },
      underWay: transaction + content,
      refused: Object.fromEntries(refused),
      mails,
      octets,
    };
  }

  /** What is listened on, in the order of the option `listeners`. */
  get places(): readonly ListeningPlace[] {
    return this.#listeners.map(({ address, port, path }) => ({
      address,
      port,
      ...(path !== undefined && { path }),
    }));
  }

  /** The same with what stops it. */
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
    this.#gate.close();
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
    const peer = directIdentity(socket, host.path);
    host.observer.counters.connections++;
    const serve = (named: ServerSocket, client: ClientIdentity) => this.#serve(named, host, client);
    if (host.proxies.proxyProtocol === undefined) serve(new ServerSocket(socket, host.clock), peer);
    else this.#gate.pass(socket, host, peer, serve);
  }

  #serve(socket: ServerSocket, host: ServerContext, client: ClientIdentity): void {
    const admission = this.#limits.admit(client.remoteAddress, host.resolved, (limit) =>
      host.observer.refused(client, {
        kind: "limit",
        reason: limit,
        phase: "accept",
        detail: `the client is one too many: ${limit} is ${host.resolved[limit]}`,
      }),
    );
    if (admission === undefined) return void socket.destroy();
    const connection = new Connection(host, socket, client, admission);
    const life = connection.serve(admission.refusal).finally(() => {
      this.#connections.delete(connection);
      admission.leave();
    });
    this.#connections.set(connection, life);
  }
}

const changeReaders: OptionReaders<CertificateChange> = {
  certificates: readCertificates,
  clientCertificates: readClientCertificates,
};
