import { Deadline } from "../../net/deadline.ts";
import { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { BurlEvent, EndEvent, FetchEvent } from "../../protocol/server/event.ts";
import { ClaimedSenders } from "../content/claimed-senders.ts";
import { passFetched, unavailable } from "../content/fetched-content.ts";
import { formatReceived } from "../content/received.ts";
import { type AskHook, type Patience, Reception } from "../content/reception.ts";
import { localError } from "../hooks/local-error.ts";
import type { FetchedOctets } from "../hooks/policy.ts";
import { asRefusal } from "../hooks/verdicts.ts";
import type { MailTrace } from "../observer/mail-trace.ts";
import type { HookCalls } from "./hook-calls.ts";
import { IncomingVerification } from "./incoming-verification.ts";
import type { ServerContext } from "./server-context.ts";

/** Takes in the messages of one connection, one after another: what the client sends, and what BURL fetches. */
export class MessageIntake {
  readonly #host: ServerContext;
  readonly #calls: HookCalls;
  readonly #envelope: () => ReceivedEnvelope;
  readonly #patience: Patience;
  /** Finds out who sent the mail. */
  readonly verification: IncomingVerification;
  #reception: Reception | undefined;
  /** Holds the beginning of the message back, until it is known whom it claims to be from. */
  #senders: ClaimedSenders | undefined;
  /** Why the message is refused because of that. */
  #refusal: Reply | undefined;
  #trace: MailTrace | undefined;
  /** The bytes of the message so far. */
  #octets = 0;
  /** How many messages were accepted. */
  accepted = 0;
  /** How many messages the client has begun. */
  #messages = 0;
  /** What the hook `burl` returned, until it is read. */
  #fetched: FetchedOctets = [];

  /** `envelope` is that of the transaction so far. */
  constructor(host: ServerContext, calls: HookCalls, envelope: () => ReceivedEnvelope) {
    this.#host = host;
    this.#calls = calls;
    this.#envelope = envelope;
    this.verification = new IncomingVerification(host, calls);
    this.#patience = {
      clock: host.clock,
      deadline: new Deadline(host.clock, () => this.#reception?.giveUp()),
      reader: host.resolved.timeouts.content,
      hook: host.resolved.timeouts.hook,
      expire: () => calls.expire("data"),
      report: (error) => calls.report(error, "data"),
    };
  }

  /** A message begins: calls the hook `data`. */
  begin(): undefined {
    const { resolved, policy, protocol, observer } = this.#host;
    const { context } = this.#calls;
    const { session } = context;
    const envelope = this.#envelope();
    const { hostname } = protocol;
    const id = `${session.id}-${++this.#messages}`;
    const head = resolved.received
      ? Buffer.from(formatReceived({ session, envelope, hostname, id, date: new Date() }))
      : undefined;
    this.#octets = 0;
    this.#trace = observer.mail(session, envelope);
    const { questions } = this.verification;
    const ask: AskHook = (content) => policy.data(context, envelope, content, questions);
    this.#refusal = undefined;
    this.#senders = policy.judgesSenders(session) ? new ClaimedSenders() : undefined;
    this.#reception = new Reception(envelope, ask, this.#patience, head);
  }

  /** Passes content to the hook. If it returns a promise, the next piece must wait for it. */
  push(piece: Buffer): Promise<void> | undefined {
    this.#octets += piece.length;
    this.verification.write(piece);
    if (this.#refusal !== undefined) return undefined;
    if (this.#senders === undefined) return this.#reception?.push(piece);
    return this.#senders.add(piece) ? this.#judgeSenders(this.#senders) : undefined;
  }

  /** Asks whether the client may send as all that the message claims to be from, and lets it pass if so. */
  async #judgeSenders(senders: ClaimedSenders): Promise<void> {
    this.#senders = undefined;
    const claimed = senders.read();
    if (claimed instanceof Reply) {
      this.#refusal = claimed;
      return;
    }
    const { context } = this.#calls;
    for (const { field, address } of claimed) {
      const judgement = this.#host.policy.sender(context, address, field);
      this.#refusal =
        judgement instanceof Promise ? await this.#calls.inTime("sender", judgement) : judgement;
      if (this.#refusal !== undefined) return;
    }
    await this.#reception?.push(senders.octets);
  }

  /** The message is over: answers with the verdict of the hook, unless there is a problem. */
  async finish({ problem, answer }: EndEvent): Promise<void> {
    // The message may be nothing but its header section.
    if (this.#senders !== undefined && problem === undefined) await this.#judgeSenders(this.#senders);
    const faulty = problem ?? this.#refusal;
    // Who waits for the verification hears of it with the reader.
    if (faulty !== undefined) this.verification.abandon();
    const refusal = faulty ?? (await this.verification.judge());
    const verdict = await this.#reception?.finish(refusal);
    this.#reception = undefined;
    this.verification.abandon();
    const judged = refusal ?? verdict;
    if (this.#host.observer.judged(judged, this.#octets)) this.accepted++;
    this.#trace?.judged(judged, this.#octets);
    this.#trace = undefined;
    answer(judged);
  }

  /** The client has given the message up. */
  async abandon(): Promise<void> {
    this.#lose();
    if (this.#reception !== undefined) await this.#calls.inTime("data", this.#reception.abandon());
    this.#reception = undefined;
  }

  /** BURL: asks the hook for the content of a URL. */
  resolve({ url, answer }: BurlEvent): Promise<void> | undefined {
    const judgement = this.#host.policy.burl(this.#calls.context, url, this.#envelope());
    return this.#calls.decide("burl", judgement, (fetched) => {
      if (fetched instanceof Reply) return answer(fetched === localError ? unavailable : fetched);
      this.#fetched = fetched;
      answer(undefined);
    });
  }

  /** Takes the content of the URL in. */
  async fetch(event: FetchEvent): Promise<void> {
    const { signal } = this.#calls.context;
    const fetched = this.#fetched;
    this.#fetched = [];
    try {
      const failure = await passFetched(fetched, event, {
        push: (octets) => this.push(octets),
        inTime: (next) =>
          this.#calls.limit<IteratorResult<unknown> | undefined>("burl", next, () => undefined),
        signal,
      });
      event.answer(failure);
    } catch (thrown) {
      const refusal = asRefusal(thrown);
      if (refusal === undefined && !signal.aborted) this.#calls.report(thrown, "burl");
      event.answer(refusal ?? unavailable);
    }
  }

  /** The connection is lost. Returns what is left to wait for. */
  cut(): Promise<void> | undefined {
    this.#lose();
    this.#patience.deadline.stop();
    return this.#reception?.cut();
  }

  /** The message will not arrive whole. */
  #lose(): void {
    this.verification.abandon();
    this.#trace?.abandoned(this.#octets);
    this.#trace = undefined;
  }
}
