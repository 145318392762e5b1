import { Deadline } from "../../net/deadline.ts";
import { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { BurlEvent, EndEvent, FetchEvent } from "../../protocol/server/event.ts";
import { passFetched, unavailable } from "../content/fetched-content.ts";
import { formatReceived } from "../content/received.ts";
import { type AskHook, type Patience, Reception } from "../content/reception.ts";
import { localError } from "../hooks/local-error.ts";
import type { FetchedOctets } from "../hooks/policy.ts";
import { asRefusal } from "../hooks/verdicts.ts";
import type { HookCalls } from "./hook-calls.ts";
import type { ServerContext } from "./server-context.ts";

/** Takes in the messages of one connection, one after another: what the client sends, and what BURL fetches. */
export class MessageIntake {
  readonly #host: ServerContext;
  readonly #calls: HookCalls;
  readonly #envelope: () => ReceivedEnvelope;
  readonly #patience: Patience;
  #reception: Reception | undefined;
  /** How many messages the client has begun. */
  #messages = 0;
  /** What the hook `burl` returned, until it is read. */
  #fetched: FetchedOctets = [];

  /** `envelope` is that of the transaction so far. */
  constructor(host: ServerContext, calls: HookCalls, envelope: () => ReceivedEnvelope) {
    this.#host = host;
    this.#calls = calls;
    this.#envelope = envelope;
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
    const { resolved, policy, protocol } = this.#host;
    const { context } = this.#calls;
    const { session } = context;
    const envelope = this.#envelope();
    const { hostname } = protocol;
    const id = `${session.id}-${++this.#messages}`;
    const head = resolved.received
      ? Buffer.from(formatReceived({ session, envelope, hostname, id, date: new Date() }))
      : undefined;
    const ask: AskHook = (content) => policy.data(context, envelope, content);
    this.#reception = new Reception(envelope, ask, this.#patience, head);
  }

  /** Passes content to the hook. If it returns a promise, the next piece must wait for it. */
  push(piece: Buffer): Promise<void> | undefined {
    return this.#reception?.push(piece);
  }

  /** The message is over: answers with the verdict of the hook, unless there is a problem. */
  async finish({ problem, answer }: EndEvent): Promise<void> {
    const verdict = await this.#reception?.finish(problem);
    this.#reception = undefined;
    answer(problem ?? verdict);
  }

  /** The client has given the message up. */
  async abandon(): Promise<void> {
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
    this.#patience.deadline.stop();
    return this.#reception?.cut();
  }
}
