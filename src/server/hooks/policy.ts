import type { Duplex } from "node:stream";
import { inspect } from "node:util";
import type { Address } from "../../address/address.ts";
import { harmless, reasonOf } from "../../errors.ts";
import { tell } from "../../net/observers.ts";
import type { MailParameters, RcptParameters } from "../../protocol/parameters/parameters.ts";
import { Reply } from "../../protocol/reply.ts";
import type { AuthAttempt } from "../../protocol/sasl/auth-attempt.ts";
import type { EnvelopeRecipient, ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import type { Authentication } from "../../verify/authentication/authentication.ts";
import type { Hello, Session } from "../connection/session.ts";
import { collect } from "../content/collector.ts";
import type { ContentStream } from "../content/content-stream.ts";
import type { SmtpServerOptions } from "../options/options.ts";
import { type DmarcFunction, type DmarcMode, isDmarcMode } from "../options/verify-options.ts";
import { askedAfterReading, type SenderQuestions } from "../verification/mail-verification.ts";
import type {
  BurlContext,
  DataContext,
  EtrnContext,
  FetchedContent,
  HookContext,
  RecipientContext,
  ReplyLike,
  SenderContext,
  ServerHooks,
  TurnedConnection,
} from "./hooks.ts";
import { localError } from "./local-error.ts";
import { LoginQuestion } from "./login-question.ts";
import { Refusals } from "./refusals.ts";
import { asAnswer, asRefusal, asReply, isPromise, isUser, refusal } from "./verdicts.ts";
import type { StepwiseAttempt } from "./verifier.ts";

/** Who may receive mail through the server without the host being asked. */
export interface RelayRules {
  /** Canonical domains. */
  readonly domains: ReadonlySet<string>;
  /** The server's own name, at which the postmaster must accept mail (RFC 5321 section 4.5.1). */
  readonly hostname: string;
  readonly authenticated: boolean;
}

/** The host's hooks, and what makes the state that they find in the session. */
export type Hooks = ServerHooks & Pick<SmtpServerOptions, "state">;

/** The answer to a question: nothing, or a reply. It is a promise only if a hook must be awaited. */
export type Judgement<T = Reply | undefined> = T | Promise<T>;

/** The octets at a URL, as the hook has them: nobody has checked their type yet. */
export type FetchedOctets = AsyncIterable<unknown> | Iterable<unknown>;

/**
 * Calls the hooks of the host application safely. Whatever a hook does, the client gets a reply without the text of an
 * error, and nothing is accepted unless the hook or the options explicitly say so.
 */
export class Policy {
  readonly #hooks: Hooks;
  readonly #rules: RelayRules;

  constructor(hooks: Hooks, rules: RelayRules) {
    this.#hooks = hooks;
    this.#rules = rules;
  }

  /** Creates the state of a connection by the option `state`; a refusal if that fails. */
  newState(session: Session): { readonly made: Session["state"] } | { readonly refusal: Reply } | undefined {
    try {
      if (this.#hooks.state === undefined) return undefined;
      const made: unknown = this.#hooks.state();
      if (made instanceof Promise) {
        harmless(made);
        throw new TypeError("state: expected what it makes, got a promise of it");
      }
      return { made: made as Session["state"] };
    } catch (error) {
      this.report(error, "state", session);
      return { refusal: localError };
    }
  }

  /** Whether the client is greeted. */
  connect(context: HookContext): Judgement {
    const { connect } = this.#hooks;
    return connect && this.#ask("connect", context, connect, refusal);
  }

  /** Whether the client's introduction will do. */
  hello({ session, signal }: HookContext, verb: Hello["verb"], name: string): Judgement {
    const { hello } = this.#hooks;
    if (hello === undefined) return undefined;
    return this.#ask("hello", { session, signal, verb, name }, hello, refusal);
  }

  /** Whether the login is accepted. */
  auth(
    context: HookContext,
    mechanism: string,
    attempt: AuthAttempt | StepwiseAttempt,
  ): Judgement<Reply | { readonly user: string }> {
    const { auth } = this.#hooks;
    if (auth === undefined) return invalidCredentials;
    const question = new LoginQuestion(context, mechanism, attempt);
    return this.#ask("auth", question.context, auth, (verdict) => {
      if (isUser(verdict)) return question.proved ? { user: verdict.user } : invalidCredentials;
      const reply = asReply(verdict);
      return reply === undefined || reply.positive ? invalidCredentials : reply;
    });
  }

  /** Whether mail from this sender is accepted. */
  mail(
    { session, signal }: HookContext,
    from: Address | null,
    parameters: MailParameters,
    { spf }: SenderQuestions,
  ): Judgement {
    const { mail } = this.#hooks;
    return mail && this.#ask("mail", { session, signal, from, parameters, spf }, mail, asReply);
  }

  /** Whether the senders that a message claims must be asked about. */
  judgesSenders({ authenticated }: Session): boolean {
    return this.#hooks.sender !== undefined && authenticated !== undefined;
  }

  /** Whether the user who has logged in may send as this address. */
  sender({ session, signal }: HookContext, address: Address, where: SenderContext["where"]): Judgement {
    const { sender } = this.#hooks;
    const { authenticated } = session;
    if (sender === undefined || authenticated === undefined) return undefined;
    const context: SenderContext = { session, signal, user: authenticated.user, address, where };
    return this.#ask("sender", context, sender, (verdict) => {
      if (verdict === true) return undefined;
      return typeof verdict === "object" ? asAnswer(verdict, []) : notYourAddress;
    });
  }

  /** Whether mail to this recipient is accepted: never by default. */
  recipient(
    { session, signal }: HookContext,
    recipient: Address,
    parameters: RcptParameters,
    envelope: () => ReceivedEnvelope,
    { spf }: SenderQuestions,
  ): Judgement {
    const { recipient: hook } = this.#hooks;
    const byRule = this.#mayReceive(recipient, session) ? undefined : relayingDenied;
    if (hook === undefined) return byRule;
    const context: RecipientContext = { session, signal, recipient, parameters, envelope: envelope(), spf };
    return this.#ask("recipient", context, hook, (verdict) =>
      verdict === "accept" ? undefined : (asReply(verdict) ?? byRule),
    );
  }

  /** What becomes of a message. */
  async data(
    { session, signal }: HookContext,
    envelope: ReceivedEnvelope,
    content: ContentStream,
    { spf, authentication: ask }: SenderQuestions,
  ): Promise<ContentVerdict> {
    const { data } = this.#hooks;
    // Without the hook the message would be lost. `checkPurpose` refuses such options.
    if (data === undefined) return localError;
    const refusals = new Refusals(session, envelope);
    const bytes = () => {
      const collected = collect(content);
      harmless(collected);
      return collected;
    };
    const refuse = (recipient: EnvelopeRecipient, reply: ReplyLike) =>
      refusals.add(recipient, asReply(reply));
    const authentication = () => askedAfterReading(ask, content);
    const context: DataContext = { session, signal, envelope, content, bytes, refuse, spf, authentication };
    const expected = (thrown: unknown) => thrown !== undefined && thrown === content.failure;
    return refusals.with(await this.#ask("data", context, data, asReply, expected));
  }

  /** What the function of the host application decides about a message that was verified. */
  dmarc(
    context: HookContext,
    authentication: Authentication,
    decide: DmarcFunction,
  ): Judgement<DmarcMode | "accept" | Reply> {
    const hook = ({ session }: HookContext) => decide(authentication, session);
    return this.#ask("verify.dmarc", context, hook, (decision) => {
      if (decision === "accept" || isDmarcMode(decision)) return decision;
      return decision === undefined ? "observe" : asAnswer(decision, []);
    });
  }

  /** What is answered to a client that asks for mail to be sent. */
  etrn({ session, signal }: HookContext, kind: EtrnContext["kind"], name: string): Judgement<Reply> {
    const { etrn } = this.#hooks;
    if (etrn === undefined) return localError;
    return this.#ask("etrn", { session, signal, kind, name }, etrn, (verdict) =>
      asAnswer(verdict, [250, 251, 252, 253]),
    );
  }

  /** What is answered to a client that wants its mail: a function that sends it, or a refusal. */
  atrn(
    { session, signal }: HookContext,
    domains: readonly string[],
  ): Judgement<Reply | { readonly turned: TurnedConnection }> {
    const { atrn } = this.#hooks;
    if (atrn === undefined) return localError;
    return this.#ask("atrn", { session, signal, domains }, atrn, (verdict) =>
      typeof verdict === "function" ? { turned: verdict } : asAnswer(verdict, []),
    );
  }

  /** The octets at a URL, or a refusal. */
  burl(
    { session, signal }: HookContext,
    url: string,
    envelope: ReceivedEnvelope,
  ): Judgement<Reply | FetchedOctets> {
    const { burl } = this.#hooks;
    if (burl === undefined) return localError;
    const fetch = (context: BurlContext) => burl.fetch(context);
    return this.#ask("burl", { session, signal, url, envelope }, fetch, (fetched) => {
      if (fetched instanceof Uint8Array) return [fetched];
      return isIterable(fetched) ? fetched : asAnswer(fetched, []);
    });
  }

  #mayReceive({ domain, localPart }: Address, { authenticated }: Session): boolean {
    const { domains, hostname, authenticated: relays } = this.#rules;
    if (domains.has(domain) || (relays && authenticated !== undefined)) return true;
    return domains.size > 0 && domain === hostname && localPart.toLowerCase() === "postmaster";
  }

  /** Calls a hook and reads its verdict: at once, unless the hook returns a promise. */
  #ask<C extends HookContext, V, T>(
    name: string,
    context: C,
    hook: (context: C) => V | Promise<V>,
    read: (verdict: V) => T,
    expected?: (thrown: unknown) => boolean,
  ): Judgement<T | Reply> {
    try {
      const verdict = hook.call(this.#hooks, context);
      return isPromise(verdict) ? this.#awaited(name, context, verdict, read, expected) : read(verdict);
    } catch (thrown) {
      return this.#failed(name, context, thrown, expected);
    }
  }

  async #awaited<V, T>(
    name: string,
    context: HookContext,
    verdict: Promise<V>,
    read: (verdict: V) => T,
    expected?: (thrown: unknown) => boolean,
  ): Promise<T | Reply> {
    try {
      return read(await verdict);
    } catch (thrown) {
      return this.#failed(name, context, thrown, expected);
    }
  }

  /** The refusal that a hook has thrown, or that stands for its error. */
  #failed(
    name: string,
    { session, signal }: HookContext,
    thrown: unknown,
    expected?: (thrown: unknown) => boolean,
  ): Reply {
    const reply = asRefusal(thrown);
    if (reply !== undefined) return reply;
    // Once the client is gone, or its content has failed, a hook that gives up for that reason has done as it should.
    if (!signal.aborted && expected?.(thrown) !== true) this.report(thrown, name, session);
    return localError;
  }

  /** The client has turned the connection: resolves when the function that got it is done, whatever becomes of it. */
  async turned(
    { session, signal }: HookContext,
    turned: TurnedConnection,
    connection: Duplex,
  ): Promise<void> {
    try {
      await turned(connection);
    } catch (thrown) {
      this.#failed("atrn", { session, signal }, thrown);
    }
  }

  /** Reports an error to `onError`; without it, as a process warning. */
  report(error: unknown, hook: string, session: Session): void {
    const hooks = this.#hooks;
    if (hooks.onError === undefined) warn(error);
    else tell(() => hooks.onError?.({ error, hook, session }), warn);
  }
}

const invalidCredentials = Reply.of(535, "5.7.8", "Authentication failed");
const notYourAddress = Reply.of(553, "5.7.1", "You may not send as this address");
const relayingDenied = Reply.of(550, "5.7.1", "Relaying denied");

function isIterable(fetched: FetchedContent): fetched is AsyncIterable<Uint8Array> {
  return typeof fetched === "object" && fetched !== null && Symbol.asyncIterator in fetched;
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new TypeError(shown(error)));
}

function shown(error: unknown): string {
  try {
    return inspect(error);
  } catch {
    return reasonOf(error);
  }
}
