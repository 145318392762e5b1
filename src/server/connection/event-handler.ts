import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { EnvoiError } from "../../errors.ts";
import { Deadline } from "../../net/deadline.ts";
import type { ServerSocket } from "../../net/server/server-socket.ts";
import { type TlsSession, tlsSession } from "../../net/server/tls-acceptor.ts";
import type { XforwardAttributes } from "../../protocol/client-attributes/xforward.ts";
import { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type {
  BurlEvent,
  EndEvent,
  FetchEvent,
  HelloEvent,
  IdentifyEvent,
  ProofEvent,
  ServerEvent,
  XclientEvent,
} from "../../protocol/server/event.ts";
import type { ClientStanding } from "../../protocol/server/standing.ts";
import { passFetched, unavailable } from "../content/fetched-content.ts";
import { formatReceived } from "../content/received.ts";
import { type AskHook, type Patience, Reception } from "../content/reception.ts";
import { HookTimer, hookTooSlow } from "../hooks/hook-timer.ts";
import type { HookContext, TurnedConnection } from "../hooks/hooks.ts";
import { localError } from "../hooks/local-error.ts";
import type { FetchedOctets, Judgement } from "../hooks/policy.ts";
import { StepwiseProof } from "../hooks/stepwise-proof.ts";
import { asRefusal } from "../hooks/verdicts.ts";
import { type ClientIdentity, countedAddress, proxiedTls } from "./client-identity.ts";
import type { Admission } from "./connection-limits.ts";
import { forwardedOf } from "./forwarded.ts";
import { KnownClient } from "./known-client.ts";
import type { ServerContext } from "./server-context.ts";
import type { Session } from "./session.ts";

/** The events that the host application decides. */
export type HostEvent = Exclude<ServerEvent, { type: "close" | "pause" | "starttls" | "atrn" }>;

/** Handles the events of one connection: keeps what is known of the client, and calls the hooks. */
export class EventHandler {
  readonly #host: ServerContext;
  readonly #socket: ServerSocket;
  readonly #envelope: () => ReceivedEnvelope;
  readonly #forwarded: () => XforwardAttributes | undefined;
  /** What the session says of it at the moment. */
  #shownForwarded: XforwardAttributes | undefined;
  #session: Session;
  #reception: Reception | undefined;
  readonly #patience: Patience;
  /** How many messages the client has begun. */
  #messages = 0;
  readonly #timer: HookTimer;
  #proof: StepwiseProof | undefined;
  /** What the hook `burl` returned, until it is read. */
  #fetched: FetchedOctets = [];

  readonly #client: KnownClient;
  readonly #admission: Pick<Admission, "move">;

  /** `envelope` is that of the transaction so far, `forwarded` what XFORWARD has said about it. */
  constructor(
    host: ServerContext,
    socket: ServerSocket,
    client: ClientIdentity,
    admission: Pick<Admission, "move">,
    envelope: () => ReceivedEnvelope,
    forwarded: () => XforwardAttributes | undefined,
  ) {
    this.#host = host;
    this.#socket = socket;
    this.#client = new KnownClient(client, host.proxies);
    this.#admission = admission;
    this.#envelope = envelope;
    this.#forwarded = forwarded;
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
      tls: host.proxies.proxyProtocol?.trustTls ? proxiedTls(client) : undefined,
      authenticated: undefined,
      state: {},
    };
  }

  /** What is known of the connection now. */
  get session(): Session {
    return this.#session;
  }

  /** What the client may do because of where it comes from. */
  get standing(): ClientStanding {
    return this.#client.standing;
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
    return judgement instanceof Promise
      ? this.#inTime("connect", judgement).then(this.#connected)
      : this.#connected(judgement);
  }

  readonly #connected = (refusal: Reply | undefined): Reply | undefined => {
    if (refusal !== undefined) {
      const detail = `the hook connect refused the client with ${refusal.code}`;
      this.#host.observer.refused(this.#session, {
        kind: "hook",
        reason: "connect",
        phase: "greeting",
        detail,
      });
    }
    return refusal;
  };

  /** Acts on an event: at once, or until the promise of a hook resolves. */
  handle(event: HostEvent): Promise<unknown> | undefined {
    const { policy } = this.#host;
    switch (event.type) {
      case "hello":
        return this.#hello(event);
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
      case "xclient":
        return this.#restart(event);
      case "mail":
        return this.#decide("mail", policy.mail(this.#context(), event.from, event.parameters), event.answer);
      case "recipient":
        return this.#decide(
          "recipient",
          policy.recipient(this.#context(), event.recipient, event.parameters, this.#envelope),
          event.answer,
        );
      case "etrn":
        return this.#decide("etrn", policy.etrn(this.#context(), event.kind, event.name), event.answer);
      case "burl":
        return this.#resolve(event);
      case "fetch":
        return this.#fetch(event);
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

  /** Asks what is to be done for a client that wants its mail: a function that sends it, or the refusal. */
  async atrn(domains: readonly string[]): Promise<Reply | { readonly turned: TurnedConnection }> {
    const judgement = this.#host.policy.atrn(this.#context(), domains);
    return judgement instanceof Promise ? await this.#inTime("atrn", judgement) : judgement;
  }

  /** Resolves when the function that got the turned connection is done. */
  turned(turned: TurnedConnection, connection: Duplex): Promise<void> {
    return this.#host.policy.turned(this.#context(), turned, connection);
  }

  /** TLS is active: forgets what came before. */
  secured(): void {
    this.#client.secured();
    const tls = tlsSession(this.#socket.socket as TLSSocket);
    const own = this.#session.via === "xclient" ? withoutCertificate(tls) : tls;
    this.#know({ hello: undefined, authenticated: undefined, tls: own });
  }

  #hello({ verb, name: said, answer }: HelloEvent): Promise<void> | undefined {
    const name = this.#client.introducedAs(said);
    return this.#decide("hello", this.#host.policy.hello(this.#context(), verb, name), (verdict) => {
      if (verdict === undefined) this.#know({ hello: { verb, name } });
      answer(verdict);
    });
  }

  /** XCLIENT: begins anew with the client that it names. */
  #restart({ attributes, answer }: XclientEvent): Promise<void> | undefined {
    const { id, connectedAt, tls, hello } = this.#session;
    const { identity, user } = this.#client.tell(attributes, hello !== undefined);
    this.#session = {
      ...identity,
      id,
      connectedAt,
      hello: undefined,
      tls: tls && withoutCertificate(tls),
      authenticated: user === undefined ? undefined : { user, mechanism: "XCLIENT" },
      state: {},
    };
    const { standing } = this.#client;
    const judgement = this.#admission.move(identity.remoteAddress) ?? this.connect();
    const act = (verdict: Reply | undefined) => answer(verdict ?? { standing, user });
    if (judgement instanceof Promise) return judgement.then(act);
    act(judgement);
    return undefined;
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
    const ms = verdict.transient ? 0 : this.#host.throttle.failed(countedAddress(this.#session), user);
    if (ms > 0) return this.#socket.pause(ms).then(() => answer(verdict));
    answer(verdict);
    return undefined;
  }

  #resolve({ url, answer }: BurlEvent): Promise<void> | undefined {
    return this.#decide("burl", this.#host.policy.burl(this.#context(), url, this.#envelope()), (fetched) => {
      if (fetched instanceof Reply) return answer(fetched === localError ? unavailable : fetched);
      this.#fetched = fetched;
      answer(undefined);
    });
  }

  async #fetch(event: FetchEvent): Promise<void> {
    const { signal } = this.#socket;
    const fetched = this.#fetched;
    this.#fetched = [];
    const late = () => void this.#reportLate("burl");
    try {
      const failure = await passFetched(fetched, event, {
        push: (octets) => this.#reception?.push(octets),
        inTime: (next) => this.#timer.limit<IteratorResult<unknown> | undefined>(next, late),
        signal,
      });
      event.answer(failure);
    } catch (thrown) {
      const refusal = asRefusal(thrown);
      if (refusal === undefined && !signal.aborted) this.#host.policy.report(thrown, "burl", this.#session);
      event.answer(refusal ?? unavailable);
    }
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

  #show(attributes: XforwardAttributes | undefined): void {
    this.#shownForwarded = attributes;
    const { forwarded, ...session } = this.#session;
    this.#session = attributes === undefined ? session : { ...session, forwarded: forwardedOf(attributes) };
  }

  #know(facts: Partial<Session>): void {
    this.#session = { ...this.#session, ...facts };
  }

  #context(): HookContext {
    const forwarded = this.#forwarded();
    if (forwarded !== this.#shownForwarded) this.#show(forwarded);
    return { session: this.#session, signal: this.#socket.signal };
  }
}

/** A TLS connection of a proxy, whose certificate says nothing about its client. */
function withoutCertificate(tls: TlsSession): TlsSession {
  return { ...tls, clientCertificate: undefined };
}
