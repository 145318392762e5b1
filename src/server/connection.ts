import { randomUUID } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { callersMistake, EnvoiError } from "../errors.ts";
import type { Clock } from "../net/clock.ts";
import type { Received, ServerSocket } from "../net/server/server-socket.ts";
import { type TlsAcceptor, tlsBindings, tlsSession } from "../net/server/tls-acceptor.ts";
import { Reply } from "../protocol/reply.ts";
import type {
  ContentVerdict,
  EndEvent,
  IdentifyEvent,
  ProofEvent,
  ServerEvent,
} from "../protocol/server/event.ts";
import { Responder } from "../protocol/server/responder.ts";
import type { ServerSettings } from "../protocol/server/settings.ts";
import { ContentStream } from "./content-stream.ts";
import type { HookContext } from "./hooks.ts";
import type { ConnectionLine, ConnectionObserver, Interlude, Interposed, Observe } from "./observer.ts";
import type { Judgement, Policy } from "./policy.ts";
import { formatReceived } from "./received.ts";
import type { Session } from "./session.ts";
import type { Settled } from "./settings.ts";
import { StepwiseProof } from "./stepwise-proof.ts";

/** What all connections of a server have in common. */
export interface ConnectionHost {
  readonly settled: Settled;
  readonly protocol: ServerSettings;
  readonly implicitTls: boolean;
  readonly policy: Policy;
  readonly tls: TlsAcceptor | undefined;
  readonly clock: Clock;
  readonly observe: Observe | undefined;
}

/** The life of one connection: what its client says goes to the protocol, what the protocol asks goes to the host. */
export class Connection {
  readonly #host: ConnectionHost;
  readonly #socket: ServerSocket;
  readonly #observer: ConnectionObserver | undefined;
  readonly #responder: Interposed;
  #session: Session;
  /** How long the client may still take, in milliseconds. */
  #patience: number;
  /** Something has been said since the client was last waited for. */
  #replied = false;
  readonly #connectedAt: number;
  #leaving = false;
  #content: ContentStream | undefined;
  #verdict: Promise<ContentVerdict> | undefined;
  #proof: StepwiseProof | undefined;

  constructor(host: ConnectionHost, socket: ServerSocket) {
    this.#host = host;
    this.#socket = socket;
    this.#patience = host.settled.timeouts.command;
    this.#connectedAt = host.clock.now();
    const { remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 } = socket.socket;
    this.#session = {
      id: randomUUID(),
      remoteAddress,
      remotePort,
      localAddress,
      localPort,
      connectedAt: new Date(),
      hello: undefined,
      tls: undefined,
      authenticated: undefined,
    };
    this.#observer = host.observe?.(this.#session);
    const responder = new Responder(host.protocol, this.#observer);
    this.#responder = this.#observer?.interpose?.(responder, this.#line()) ?? responder;
  }

  /** Serves the client until the connection is closed, which a refusal does at once; never throws. */
  async serve(refusal?: Reply): Promise<void> {
    try {
      if (this.#host.implicitTls && !(await this.#secure())) return;
      this.#responder.greet(refusal ?? (await this.#host.policy.connect(this.#context())));
      await this.#converse();
    } catch (error) {
      // Nothing a client does leads here; should it happen all the same, it costs one connection.
      this.#host.policy.report(error, "connection", this.#session);
    } finally {
      this.#socket.destroy();
      this.#content?.fail(lost());
      await Promise.all([this.#verdict, this.#proof?.judge(false)]);
      this.#observer?.ended();
    }
  }

  /** Lets a transaction that is under way come to its end, then closes. */
  leave(): void {
    this.#leaving = true;
    if (!this.#responder.inTransaction) this.#socket.interrupt();
  }

  /** Cuts the connection. */
  cut(): void {
    this.#socket.destroy();
  }

  async #converse(): Promise<void> {
    for (;;) {
      const event = this.#responder.next();
      if (event === undefined) {
        if (!(await this.#listen())) return;
      } else if (event.type === "close") {
        return this.#close();
      } else {
        const pending = this.#handle(event);
        if (pending !== undefined && (await this.#answering(pending)) === false) return;
      }
    }
  }

  /** Waits for a hook, or its reader; what has been said already does not wait long with it. */
  async #answering(pending: Promise<unknown>): Promise<unknown> {
    if (this.#responder.hasReplies === false) return await pending;
    const timer = this.#host.clock.timer(PROMPT, () => this.#flush());
    try {
      return await pending;
    } finally {
      timer.cancel();
    }
  }

  /** Answers, and waits for more; whether there is any. */
  async #listen(): Promise<boolean> {
    const { timeouts } = this.#host.settled;
    if (this.#leaving && !this.#responder.inTransaction) return this.#ended("interrupted");
    // A reply has been due: what is waited for now is a new command, or the content.
    this.#flush();
    if (this.#replied) this.#patience = this.#responder.inContent ? timeouts.content : timeouts.command;
    this.#replied = false;
    if (!(await this.#taken())) return false;
    const { clock } = this.#host;
    const since = clock.now();
    const left = this.#connectedAt + timeouts.session - since;
    const received = await this.#socket.read(Math.max(0, Math.min(this.#patience, left)));
    this.#patience -= clock.now() - since;
    if (!Buffer.isBuffer(received)) return this.#ended(received);
    // Content earns time by coming, so that neither silence nor a trickle lasts.
    if (this.#responder.inContent) {
      this.#patience = Math.min(
        timeouts.content,
        this.#patience + (received.length / this.#host.settled.minUploadRate) * 1000,
      );
    }
    this.#responder.push(received);
    return true;
  }

  /** Waits until the client has taken most of what has been said to it; whether it does. */
  #taken(): Promise<boolean> {
    const { timeouts } = this.#host.settled;
    return this.#socket.drained(timeouts.write, this.#host.protocol.maxReplyBacklog);
  }

  async #ended(reason: Exclude<Received, Buffer>): Promise<boolean> {
    if (reason === "lost") return false;
    if (reason === "timeout") this.#responder.end(Reply.of(421, "4.4.2", "Timeout"));
    if (reason === "interrupted") this.#responder.end(Reply.of(421, "4.3.2", "The server is shutting down"));
    await this.#close();
    return false;
  }

  #handle(event: Exclude<ServerEvent, { type: "close" }> | Interlude): Promise<unknown> | undefined {
    const { policy } = this.#host;
    switch (event.type) {
      case "hello":
        return decide(policy.hello(this.#context(), event.verb, event.name), (verdict) => {
          if (verdict === undefined) this.#know({ hello: { verb: event.verb, name: event.name } });
          event.answer(verdict);
        });
      case "auth":
        return decide(policy.auth(this.#context(), event.mechanism, event.attempt), (verdict) => {
          if ("user" in verdict)
            this.#know({ authenticated: { user: verdict.user, mechanism: event.mechanism } });
          event.answer(verdict);
        });
      case "identify":
        return this.#identify(event);
      case "proof":
        return this.#judge(event);
      case "authenticated":
        this.#know({ authenticated: { user: event.user, mechanism: event.mechanism } });
        return undefined;
      case "mail":
        return decide(policy.mail(this.#context(), event.from, event.parameters), (verdict) =>
          event.answer(verdict),
        );
      case "recipient":
        return decide(
          policy.recipient(
            this.#context(),
            event.recipient,
            event.parameters,
            () => this.#responder.envelope,
          ),
          (verdict) => event.answer(verdict),
        );
      case "data":
        return this.#begin();
      case "content":
        this.#observer?.content(event.piece.length);
        return this.#content?.push(event.piece);
      case "end":
        return this.#finish(event);
      case "pause":
        this.#flush();
        return this.#taken();
      case "abandon":
        return this.#abandon();
      case "starttls":
        return this.#secure();
      case "interlude":
        this.#flush();
        return event.play(this.#socket.socket, this.#socket.signal);
    }
  }

  async #identify({ mechanism, user, hash, proceed }: IdentifyEvent): Promise<void> {
    this.#proof = new StepwiseProof(user, hash, (attempt) =>
      this.#host.policy.auth(this.#context(), mechanism, attempt),
    );
    proceed(await this.#proof.keys);
  }

  async #judge({ proved, answer }: ProofEvent): Promise<void> {
    const verdict = await this.#proof?.judge(proved);
    this.#proof = undefined;
    // Without a proof nothing is judged.
    if (verdict !== undefined) answer(verdict);
  }

  #begin(): undefined {
    const { settled, policy, protocol } = this.#host;
    const { envelope } = this.#responder;
    const content = new ContentStream();
    if (settled.received) {
      const receipt = {
        session: this.#session,
        envelope,
        hostname: protocol.hostname,
        id: randomUUID(),
        date: new Date(),
      };
      // It is far too short for the reader to have to be waited for.
      void content.push(Buffer.from(formatReceived(receipt)));
    }
    this.#content = content;
    this.#verdict = policy.data(this.#context(), envelope, content).finally(() => content.abandon());
  }

  async #finish({ problem, answer }: EndEvent): Promise<void> {
    if (problem === undefined) this.#content?.end();
    else this.#content?.fail(notWhole(problem));
    const verdict = await this.#verdict;
    this.#content = undefined;
    this.#verdict = undefined;
    answer(problem ?? verdict);
  }

  /** The hook has to be done with one message before it is given the next. */
  async #abandon(): Promise<void> {
    this.#content?.fail(givenUp());
    await this.#verdict;
    this.#content = undefined;
    this.#verdict = undefined;
  }

  /** TLS, at once or after STARTTLS. What was learnt in clear is forgotten. */
  async #secure(): Promise<boolean> {
    const { tls, clock, settled } = this.#host;
    this.#flush();
    // Octets that came in clear behind STARTTLS would end up inside what TLS protects.
    if (tls === undefined || this.#socket.pending) return false;
    await this.#responder.handshake?.()?.play(this.#socket.socket, this.#socket.signal);
    const done = await this.#socket.replace((socket) =>
      tls.accept(socket, clock, settled.timeouts.handshake),
    );
    if (!done) {
      this.#observer?.notSecured();
      return false;
    }
    this.#know({
      hello: undefined,
      authenticated: undefined,
      tls: tlsSession(this.#socket.socket as TLSSocket),
    });
    this.#responder.secured({
      certified: this.#session.tls?.clientCertificate !== undefined,
      bindings: tlsBindings(this.#socket.socket as TLSSocket),
    });
    this.#patience = settled.timeouts.command;
    this.#observer?.secured(this.#session);
    return true;
  }

  async #close(): Promise<void> {
    this.#flush();
    await this.#socket.linger(LINGER);
  }

  #flush(): void {
    const replies = this.#responder.takeReplies();
    if (replies === "") return;
    this.#socket.write(replies);
    this.#replied = true;
    this.#observer?.flushed();
  }

  #know(facts: Partial<Session>): void {
    this.#session = { ...this.#session, ...facts };
  }

  #line(): ConnectionLine {
    const socket = this.#socket;
    const session = () => this.#session;
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

  #context(): HookContext {
    return { session: this.#session, signal: this.#socket.signal };
  }
}

/** So long, in milliseconds, replies may wait for another that follows. */
const PROMPT = 20;

/** So long, in milliseconds, a client may take to close after us. */
const LINGER = 5000;

/** Acts on a judgement: at once if it is there, so that only hooks cost a turn of the event loop. */
function decide<T>(judgement: Judgement<T>, act: (verdict: T) => void): Promise<void> | undefined {
  if (judgement instanceof Promise) return judgement.then(act);
  act(judgement);
  return undefined;
}

function lost(): EnvoiError {
  const message = "the connection ended before the message did";
  return new EnvoiError(message, { kind: "closed", delivery: "not-sent", transient: true, permanent: false });
}

function givenUp(): EnvoiError {
  const message = "the client has given the message up";
  return new EnvoiError(message, {
    kind: "aborted",
    delivery: "not-sent",
    transient: true,
    permanent: false,
  });
}

function notWhole(problem: Reply): EnvoiError {
  const kind = problem.code === 552 ? "too-large" : "protocol";
  return new EnvoiError(`the message has been refused: ${problem}`, { kind, ...callersMistake });
}
