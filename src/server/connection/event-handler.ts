import { randomUUID } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { EnvoiError } from "../../errors.ts";
import { Deadline } from "../../net/deadline.ts";
import type { ServerSocket } from "../../net/server/server-socket.ts";
import { tlsSession } from "../../net/server/tls-acceptor.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { EndEvent, IdentifyEvent, ProofEvent, ServerEvent } from "../../protocol/server/event.ts";
import { formatReceived } from "../content/received.ts";
import { type AskHook, type Patience, Reception } from "../content/reception.ts";
import { HookTimer, hookTooSlow } from "../hooks/hook-timer.ts";
import type { HookContext } from "../hooks/hooks.ts";
import { localError } from "../hooks/local-error.ts";
import type { Judgement } from "../hooks/policy.ts";
import { StepwiseProof } from "../hooks/stepwise-proof.ts";
import type { ClientIdentity } from "./client-identity.ts";
import type { ServerContext } from "./server-context.ts";
import type { Session } from "./session.ts";

/** The events that the host application decides. */
export type HostEvent = Exclude<ServerEvent, { type: "close" | "pause" | "starttls" }>;

/** Handles the events of one connection: keeps what is known of the client, and calls the hooks. */
export class EventHandler {
  readonly #host: ServerContext;
  readonly #socket: ServerSocket;
  readonly #envelope: () => ReceivedEnvelope;
  #session: Session;
  #reception: Reception | undefined;
  readonly #patience: Patience;
  /** How many messages the client has begun. */
  #messages = 0;
  readonly #timer: HookTimer;
  #proof: StepwiseProof | undefined;

  /** `envelope` is that of the transaction so far. */
  constructor(
    host: ServerContext,
    socket: ServerSocket,
    client: ClientIdentity,
    envelope: () => ReceivedEnvelope,
  ) {
    this.#host = host;
    this.#socket = socket;
    this.#envelope = envelope;
    this.#patience = {
      clock: host.clock,
      deadline: new Deadline(host.clock, () => this.#reception?.giveUp()),
      reader: host.resolved.timeouts.content,
      hook: host.resolved.timeouts.hook,
      expire: () => this.#expire("data"),
      report: (error) => host.policy.report(error, "data", this.#session),
    };
    this.#timer = new HookTimer(host.clock, host.resolved.timeouts.hook);
    this.#session = {
      id: randomUUID(),
      ...client,
      connectedAt: new Date(),
      hello: undefined,
      tls: undefined,
      authenticated: undefined,
      state: {},
    };
  }

  /** What is known of the connection now. */
  get session(): Session {
    return this.#session;
  }

  /** Calls the hook `connect`: returns a refusal, or nothing. */
  connect(): Judgement {
    const { policy } = this.#host;
    const state = policy.newState(this.#session);
    if (state !== undefined) {
      if ("refusal" in state) return state.refusal;
      this.#know({ state: state.made });
    }
    const judgement = policy.connect(this.#context());
    return judgement instanceof Promise ? this.#inTime("connect", judgement) : judgement;
  }

  /** Acts on an event: at once, or until the promise of a hook resolves. */
  handle(event: HostEvent): Promise<unknown> | undefined {
    const { policy } = this.#host;
    switch (event.type) {
      case "hello":
        return this.#decide("hello", policy.hello(this.#context(), event.verb, event.name), (verdict) => {
          if (verdict === undefined) this.#know({ hello: { verb: event.verb, name: event.name } });
          event.answer(verdict);
        });
      case "auth":
        return this.#decide(
          "auth",
          policy.auth(this.#context(), event.mechanism, event.attempt),
          (verdict) => {
            if (!("user" in verdict)) return this.#refuseLogin(event.attempt.user, verdict, event.answer);
            this.#know({ authenticated: { user: verdict.user, mechanism: event.mechanism } });
            return event.answer(verdict);
          },
        );
      case "identify":
        return this.#identify(event);
      case "proof":
        return this.#judge(event);
      case "authenticated":
        this.#know({ authenticated: { user: event.user, mechanism: event.mechanism } });
        return undefined;
      case "mail":
        return this.#decide("mail", policy.mail(this.#context(), event.from, event.parameters), event.answer);
      case "recipient":
        return this.#decide(
          "recipient",
          policy.recipient(this.#context(), event.recipient, event.parameters, this.#envelope),
          event.answer,
        );
      case "data":
        return this.#begin();
      case "content":
        return this.#reception?.push(event.piece);
      case "end":
        return this.#finish(event);
      case "abandon":
        return this.#abandon();
    }
  }

  /** TLS is active: forgets what came before. */
  secured(): void {
    const tls = tlsSession(this.#socket.socket as TLSSocket);
    this.#know({ hello: undefined, authenticated: undefined, tls });
  }

  /** The connection has ended. Resolves when no hook runs for it any more. */
  async leave(): Promise<void> {
    this.#patience.deadline.stop();
    const left: Promise<unknown> | undefined = this.#reception?.cut() ?? this.#proof?.judge(false);
    if (left !== undefined) await this.#inTime(this.#reception === undefined ? "auth" : "data", left);
    this.#timer.stop();
  }

  async #identify({ mechanism, user, hash, proceed }: IdentifyEvent): Promise<void> {
    const proof = new StepwiseProof(user, hash, (attempt) =>
      this.#host.policy.auth(this.#context(), mechanism, attempt),
    );
    this.#proof = proof;
    const late = () => {
      this.#reportLate("auth");
      return proof.giveUp(localError);
    };
    proceed(await this.#timer.limit(proof.keys, late));
  }

  async #judge({ proved, answer }: ProofEvent): Promise<void> {
    const proof = this.#proof;
    this.#proof = undefined;
    // Without a proof nothing is judged.
    if (proof === undefined) return;
    const verdict = await this.#inTime("auth", proof.judge(proved));
    if ("user" in verdict) answer(verdict);
    else await this.#refuseLogin(proof.user, verdict, answer);
  }

  /**
   * Refuses a login, the later the oftener it has happened to this address or this user. A temporary problem of the
   * host application says nothing about the password.
   */
  #refuseLogin(user: string, verdict: Reply, answer: (verdict: Reply) => void): Promise<void> | undefined {
    const ms = verdict.transient ? 0 : this.#host.throttle.failed(this.#session.remoteAddress, user);
    if (ms > 0) return this.#socket.pause(ms).then(() => answer(verdict));
    answer(verdict);
    return undefined;
  }

  #begin(): undefined {
    const { resolved, policy, protocol } = this.#host;
    const session = this.#session;
    const envelope = this.#envelope();
    const { hostname } = protocol;
    const id = `${session.id}-${++this.#messages}`;
    const head = resolved.received
      ? Buffer.from(formatReceived({ session, envelope, hostname, id, date: new Date() }))
      : undefined;
    const ask: AskHook = (content) => policy.data(this.#context(), envelope, content);
    this.#reception = new Reception(envelope, ask, this.#patience, head);
  }

  async #finish({ problem, answer }: EndEvent): Promise<void> {
    const verdict = await this.#reception?.finish(problem);
    this.#reception = undefined;
    answer(problem ?? verdict);
  }

  async #abandon(): Promise<void> {
    if (this.#reception !== undefined) await this.#inTime("data", this.#reception.abandon());
    this.#reception = undefined;
  }

  /** Acts on a judgement: at once if it is there, so that only hooks cost a turn of the event loop. */
  #decide<T>(
    hook: string,
    judgement: Judgement<T | Reply>,
    act: (verdict: T | Reply) => Promise<void> | void,
  ): Promise<void> | undefined {
    if (judgement instanceof Promise) return this.#inTime(hook, judgement).then(act);
    return act(judgement) ?? undefined;
  }

  /** What a hook answers, or 451 if it takes too long. */
  #inTime<T>(hook: string, answer: Promise<T>): Promise<T | Reply> {
    return this.#timer.limit<T | Reply>(answer, () => {
      this.#reportLate(hook);
      return localError;
    });
  }

  /** A hook takes too long: aborts its signal, and reports it. */
  #reportLate(hook: string): void {
    this.#host.policy.report(this.#expire(hook), hook, this.#session);
  }

  #expire(hook: string): EnvoiError {
    const error = hookTooSlow(hook, this.#timer.ms);
    this.#socket.giveUp(error);
    return error;
  }

  #know(facts: Partial<Session>): void {
    this.#session = { ...this.#session, ...facts };
  }

  #context(): HookContext {
    return { session: this.#session, signal: this.#socket.signal };
  }
}
