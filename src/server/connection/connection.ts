import { TLSSocket } from "node:tls";
import type { Received, ServerSocket } from "../../net/server/server-socket.ts";
import { tlsBindings } from "../../net/server/tls-acceptor.ts";
import { Reply } from "../../protocol/reply.ts";
import type { AtrnEvent, ServerEvent } from "../../protocol/server/event.ts";
import { Responder } from "../../protocol/server/responder.ts";
import { type ConnectionTrace, ofBoth } from "../observer/connection-trace.ts";
import { ExceededLimits, earlyTalk, notSecured, timedOut } from "../observer/refusals-of-connection.ts";
import type { Refusal } from "../observer/server-events.ts";
import type { ServerTimeouts } from "../options/options.ts";
import type { ClientIdentity } from "./client-identity.ts";
import { ClientTime, type Expected } from "./client-time.ts";
import type { Admission } from "./connection-limits.ts";
import { EventHandler } from "./event-handler.ts";
import type { ConnectionObserver, InterceptedConnection, Interceptor, SocketAction } from "./observer.ts";
import type { ServerContext } from "./server-context.ts";
import { turnConnection } from "./turn-connection.ts";

/** One connection, from its beginning to its end: passes bytes to the protocol and events to the host application. */
export class Connection {
  readonly #host: ServerContext;
  readonly #socket: ServerSocket;
  readonly #observer: ConnectionObserver | undefined;
  readonly #trace: ConnectionTrace | undefined;
  readonly #responder: Interceptor;
  readonly #handler: EventHandler;
  readonly #time: ClientTime;
  /** Whether replies were written since the server last waited for the client. */
  #replied = false;
  #leaving = false;
  #state: "greeting" | "handshake" | "open" | "turned" | "closing" = "greeting";
  #over: (reason: Ending) => void = () => {};
  #broken: (error: unknown) => void = () => {};

  constructor(
    host: ServerContext,
    socket: ServerSocket,
    client: ClientIdentity,
    admission: Pick<Admission, "move">,
  ) {
    this.#host = host;
    this.#socket = socket;
    this.#time = new ClientTime(host.clock, host.resolved);
    this.#handler = new EventHandler(
      host,
      socket,
      client,
      admission,
      () => this.#responder.envelope,
      () => responder.forwarded,
    );
    this.#observer = host.observe?.(this.#handler.session);
    this.#trace = host.observer.connection(() => this.#handler.session);
    const lines = ofBoth(this.#observer, this.#trace);
    const limits = new ExceededLimits(host.protocol, (refusal) => this.#refused(refusal));
    const responder = new Responder(host.protocol, lines, this.#handler.standing, limits.add);
    this.#responder = this.#observer?.intercept?.(responder, this.#line()) ?? responder;
    if (this.#handler.session.tls !== undefined) this.#responder.secured();
  }

  /** Serves the client until the connection is closed, which a refusal does at once; never throws. */
  async serve(refusal?: Reply): Promise<void> {
    try {
      if (this.#host.implicitTls && !(await this.#secure())) return;
      this.#responder.greet(refusal ?? (await this.#admit()));
      this.#state = "open";
      await this.#end(await this.#converse());
    } catch (error) {
      // Nothing a client does leads here; should it happen all the same, it costs one connection.
      this.#host.policy.report(error, "connection", this.#handler.session);
    } finally {
      this.#socket.destroy();
      await this.#handler.leave();
      this.#observer?.ended();
      this.#trace?.ended(this.#handler.accepted);
    }
  }

  /** What the connection is doing now. */
  get state(): ConnectionState {
    if (this.#state !== "open") return this.#state;
    if (this.#responder.inContent) return "content";
    return this.#responder.inTransaction ? "transaction" : "idle";
  }

  /** Whether it is encrypted. */
  get encrypted(): boolean {
    return this.#handler.session.tls !== undefined;
  }

  /** Closes after the current transaction, or at once if there is none. */
  leave(): void {
    this.#leaving = true;
    if (!this.#responder.inTransaction) this.#socket.interrupt();
  }

  /** Cuts the connection. */
  cut(): void {
    this.#socket.destroy();
  }

  /** The refusal of a client, if it is not greeted: by a hook, or because it did not wait for the greeting. */
  async #admit(): Promise<Reply | undefined> {
    const { greetingDelay } = this.#host.resolved;
    if (greetingDelay > 0 && !(await this.#socket.quiet(greetingDelay))) {
      this.#refused(earlyTalk);
      return earlyTalker;
    }
    return await this.#handler.connect();
  }

  /** Resolves when the conversation is over, with the reason. */
  #converse(): Promise<Ending> {
    return new Promise((resolve, reject) => {
      this.#over = resolve;
      this.#broken = reject;
      this.#proceed();
    });
  }

  /**
   * Does what can be done at once, which is nearly everything: it needs no promise. {@link #received} and
   * {@link #handled} go on from here.
   */
  #proceed(received?: Received): void {
    try {
      if (received !== undefined && !this.#take(received)) return;
      while (this.#step());
    } catch (error) {
      this.#broken(error);
    }
  }

  /** Handles an event, or takes what has arrived. Returns `false` if the conversation does not go on now. */
  #step(): boolean {
    const event = this.#responder.next();
    if (event === undefined) return this.#listen();
    if (event.type === "close") return this.#stop("closed");
    const pending = this.#handle(event);
    return pending === undefined || this.#await(pending);
  }

  readonly #received = (received: Received): void => this.#proceed(received);

  readonly #handled = (done: unknown): void => {
    if (done === false) this.#stop("lost");
    else this.#proceed();
  };

  #stop(reason: Ending): false {
    this.#over(reason);
    return false;
  }

  #await(pending: Promise<unknown>): false {
    this.#answering(pending).then(this.#handled, this.#broken);
    return false;
  }

  /** Waits for a hook or its reader. Replies that wait are written after a short time. */
  #answering(pending: Promise<unknown>): Promise<unknown> {
    return this.#responder.hasReplies === false ? pending : this.#promptly(pending);
  }

  async #promptly(pending: Promise<unknown>): Promise<unknown> {
    const timer = this.#host.clock.timer(PROMPT, () => this.#flush());
    try {
      return await pending;
    } finally {
      timer.cancel();
    }
  }

  /** Answers, and takes what has arrived. */
  #listen(): boolean {
    if (this.#leaving && !this.#responder.inTransaction) return this.#take("interrupted");
    // A reply has been due: what is waited for now is a new command, or the content.
    this.#flush();
    if (this.#replied) this.#time.restart(this.#expected);
    this.#replied = false;
    const taken = this.#taken();
    if (taken !== undefined) return this.#await(taken);
    const received = this.#socket.read(this.#time.wait(), this.#received);
    return received !== undefined && this.#take(received);
  }

  /** Gives the protocol what has arrived. If nothing more comes, the conversation ends. */
  #take(received: Received): boolean {
    if (typeof received === "string") return this.#stop(received);
    this.#time.took(this.#expected, received.length);
    this.#responder.push(received);
    return true;
  }

  /** Waits until the client has taken most replies, unless it has; resolves to `false` if it does not. */
  #taken(): Promise<boolean> | undefined {
    const { timeouts } = this.#host.resolved;
    const taken = this.#socket.drained(timeouts.write, this.#host.protocol.maxReplyBacklog);
    return taken?.then((timely) => {
      if (!timely) this.#timedOut("write", "the client did not take the replies");
      return timely;
    });
  }

  /** Says the last word, if the client can still hear it. */
  async #end(reason: Ending): Promise<void> {
    this.#state = "closing";
    if (reason === "lost") return;
    if (reason === "timeout") {
      const { timeout, what } = this.#time.over(this.#expected);
      this.#timedOut(timeout, what);
      this.#responder.end(Reply.of(421, "4.4.2", "Timeout"));
    }
    if (reason === "interrupted") this.#responder.end(Reply.of(421, "4.3.2", "The server is shutting down"));
    this.#flush();
    await this.#socket.linger(LINGER);
  }

  /** What the client must send next. */
  get #expected(): Expected {
    return this.#responder.inContent ? "content" : "command";
  }

  #timedOut(timeout: keyof ServerTimeouts, what: string): void {
    this.#refused(timedOut(what, timeout, this.#host.resolved.timeouts[timeout], this.#expected));
  }

  #refused(refusal: Refusal): void {
    this.#host.observer.refused(this.#handler.session, refusal);
  }

  #handle(event: Exclude<ServerEvent, { type: "close" }> | SocketAction): Promise<unknown> | undefined {
    switch (event.type) {
      case "pause":
        this.#flush();
        return this.#taken();
      case "starttls":
        return this.#starttls();
      case "atrn":
        return this.#turn(event);
      case "socket-action":
        this.#flush();
        return event.play(this.#socket.socket, this.#socket.signal);
      case "content":
        this.#observer?.content(event.piece.length);
        return this.#handler.handle(event);
      default:
        return this.#handler.handle(event);
    }
  }

  async #starttls(): Promise<boolean> {
    this.#flush();
    // Plaintext bytes after STARTTLS would be taken for something sent over TLS.
    return !this.#socket.pending && (await this.#secure());
  }

  /** Does the TLS handshake, at once or after STARTTLS, and forgets what came before. */
  async #secure(): Promise<boolean> {
    const { tls, clock, resolved } = this.#host;
    if (tls === undefined) return false;
    const before = this.#state;
    this.#state = "handshake";
    this.#trace?.securing();
    await this.#responder.handshake?.()?.play(this.#socket.socket, this.#socket.signal);
    const acceptor = (await this.#responder.acceptor?.()) ?? tls;
    const lookupFailed = (error: unknown) =>
      this.#host.policy.report(error, "certificates", this.#handler.session);
    const done = await this.#socket.replace(async (socket) => {
      const result = await acceptor.accept(socket, { clock, ms: resolved.timeouts.handshake, lookupFailed });
      if (result instanceof TLSSocket) return result;
      this.#refused(notSecured(result));
      this.#trace?.notSecured(result);
      return undefined;
    });
    if (!done) {
      this.#observer?.notSecured();
      return false;
    }
    this.#handler.secured();
    const { session } = this.#handler;
    this.#responder.secured({
      certified: session.tls?.clientCertificate !== undefined,
      // A proxy cannot pass on what binds a login to the TLS connection of its client.
      bindings: session.via === "xclient" ? new Map() : tlsBindings(this.#socket.socket as TLSSocket),
    });
    this.#time.restart("command");
    this.#observer?.secured(session);
    this.#trace?.secured(session);
    this.#state = before;
    return true;
  }

  #turn(event: AtrnEvent): Promise<boolean> {
    const end = (reply: Reply) => this.#responder.end(reply);
    const turned = () => {
      this.#state = "turned";
      this.#flush();
    };
    return turnConnection(event, { handler: this.#handler, socket: this.#socket, end, turned });
  }

  #flush(): void {
    const replies = this.#responder.takeReplies();
    if (replies === "") return;
    this.#socket.write(replies);
    this.#replied = true;
    this.#observer?.flushed();
  }

  #line(): InterceptedConnection {
    const socket = this.#socket;
    const session = () => this.#handler.session;
    return {
      accepted: socket.socket,
      get pending() {
        return socket.pending;
      },
      get session() {
        return session();
      },
    };
  }
}

/** What a connection is doing, as `server.status()` counts it. */
export type ConnectionState =
  | "greeting"
  | "handshake"
  | "idle"
  | "transaction"
  | "content"
  | "turned"
  | "closing";

/** Why a conversation is over: the protocol has closed it, or nothing more comes. */
type Ending = "closed" | Exclude<Received, Buffer>;

const earlyTalker = Reply.of(554, "5.5.1", "You have to wait for the greeting");

/** So long, in milliseconds, replies may wait for another that follows. */
const PROMPT = 20;

/** So long, in milliseconds, a client may take to close after us. */
const LINGER = 5000;
