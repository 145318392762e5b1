import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import type { ServerSocket } from "../../net/server/server-socket.ts";
import { type TlsSession, tlsSession } from "../../net/server/tls-acceptor.ts";
import type { XforwardAttributes } from "../../protocol/client-attributes/xforward.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type {
  HelloEvent,
  IdentifyEvent,
  MailEvent,
  ProofEvent,
  ServerEvent,
  XclientEvent,
} from "../../protocol/server/event.ts";
import type { ClientStanding } from "../../protocol/server/standing.ts";
import type { HookContext, TurnedConnection } from "../hooks/hooks.ts";
import { localError } from "../hooks/local-error.ts";
import type { Judgement } from "../hooks/policy.ts";
import { StepwiseProof } from "../hooks/stepwise-proof.ts";
import { type ClientIdentity, countedAddress, proxiedTls } from "./client-identity.ts";
import type { Admission } from "./connection-limits.ts";
import { forwardedOf } from "./forwarded.ts";
import { HookCalls } from "./hook-calls.ts";
import { KnownClient } from "./known-client.ts";
import { MessageIntake } from "./message-intake.ts";
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
  readonly #calls: HookCalls;
  readonly #intake: MessageIntake;
  #proof: StepwiseProof | undefined;
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
    this.#calls = new HookCalls(host, socket, () => this.#context());
    this.#intake = new MessageIntake(host, this.#calls, envelope);
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

  /** How many messages were accepted. */
  get accepted(): number {
    return this.#intake.accepted;
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
    const context = this.#context();
    const judgement = policy.connect(context);
    const connected = (refusal: Reply | undefined) => this.#connected(context, refusal);
    return judgement instanceof Promise
      ? this.#calls.inTime("connect", judgement.then(connected))
      : connected(judgement);
  }

  #connected({ signal }: HookContext, refusal: Reply | undefined): Reply | undefined {
    // A hook that answers too late has refused nobody.
    if (refusal !== undefined && !signal.aborted) {
      const detail = `the hook connect refused the client with ${refusal.code}`;
      this.#host.observer.refused(this.#session, {
        kind: "hook",
        reason: "connect",
        phase: "greeting",
        detail,
      });
    }
    return refusal;
  }

  /** Acts on an event: at once, or until the promise of a hook resolves. */
  handle(event: HostEvent): Promise<unknown> | undefined {
    const { policy } = this.#host;
    switch (event.type) {
      case "hello":
        return this.#hello(event);
      case "auth":
        return this.#calls.decide(
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
        return this.#mail(event);
      case "recipient":
        return this.#calls.decide(
          "recipient",
          policy.recipient(
            this.#context(),
            event.recipient,
            event.parameters,
            this.#envelope,
            this.#intake.verification.questions,
          ),
          event.answer,
        );
      case "etrn":
        return this.#calls.decide("etrn", policy.etrn(this.#context(), event.kind, event.name), event.answer);
      case "burl":
        return this.#intake.resolve(event);
      case "fetch":
        return this.#intake.fetch(event);
      case "data":
        return this.#intake.begin();
      case "content":
        return this.#intake.push(event.piece);
      case "end":
        return this.#intake.finish(event);
      case "abandon":
        return this.#intake.abandon();
    }
  }

  /** Asks what is to be done for a client that wants its mail: a function that sends it, or the refusal. */
  async atrn(domains: readonly string[]): Promise<Reply | { readonly turned: TurnedConnection }> {
    const judgement = this.#host.policy.atrn(this.#context(), domains);
    return judgement instanceof Promise ? await this.#calls.inTime("atrn", judgement) : judgement;
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
    return this.#calls.decide("hello", this.#host.policy.hello(this.#context(), verb, name), (verdict) => {
      if (verdict === undefined) this.#know({ hello: { verb, name } });
      answer(verdict);
    });
  }

  /** MAIL: asks whether the user may send as the sender, and then whether mail from there is welcome. */
  #mail({ from, parameters, answer }: MailEvent): Promise<void> | undefined {
    const { policy } = this.#host;
    const sender = from === null ? undefined : policy.sender(this.#context(), from, "MAIL");
    return this.#calls.decide<undefined>("sender", sender, (refusal) =>
      refusal === undefined
        ? this.#calls.decide(
            "mail",
            policy.mail(this.#context(), from, parameters, this.#intake.verification.expect(from)),
            answer,
          )
        : answer(refusal),
    );
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
    const message = this.#intake.cut();
    const left: Promise<unknown> | undefined = message ?? this.#proof?.judge(false);
    if (left !== undefined) await this.#calls.inTime(message === undefined ? "auth" : "data", left);
    this.#calls.stop();
  }

  async #identify({ mechanism, user, hash, proceed }: IdentifyEvent): Promise<void> {
    const proof = new StepwiseProof(user, hash, (attempt) =>
      this.#host.policy.auth(this.#context(), mechanism, attempt),
    );
    this.#proof = proof;
    proceed(await this.#calls.limit("auth", proof.keys, () => proof.giveUp(localError)));
  }

  async #judge({ proved, answer }: ProofEvent): Promise<void> {
    const proof = this.#proof;
    this.#proof = undefined;
    // Without a proof nothing is judged.
    if (proof === undefined) return;
    const verdict = await this.#calls.inTime("auth", proof.judge(proved));
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
