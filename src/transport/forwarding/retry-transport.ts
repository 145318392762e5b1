import { type Clock, systemClock } from "../../net/clock.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import { duration, flag, wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import { onAbort } from "../abort-signal.ts";
import { calledOff } from "../cancelled-send.ts";
import type { Transport } from "../transport.ts";
import { ForwardingTransport } from "./forwarding-transport.ts";
import { Outcomes } from "./outcomes.ts";
import type { Attempt, ForwardedMail } from "./relay-attempt.ts";
import { toTransport } from "./relay-failover.ts";
import { round } from "./relay-round.ts";

/** When a mail is tried again, and how often. */
export interface RetryOptions {
  /** How often a mail is tried in total; 3 by default. */
  readonly attempts?: number | undefined;
  /** Milliseconds before the second attempt; each later pause is twice as long as the one before. 1,000 by default. */
  readonly delay?: number | undefined;
  /** The longest pause, in milliseconds; 60,000 by default. */
  readonly maxDelay?: number | undefined;
  /** Whether recipients that were refused temporarily (4xx) are tried again too; `false` by default. */
  readonly transientRefusals?: boolean | undefined;
  /** How many mails `sendAll` sends at once; 100 by default. */
  readonly concurrency?: number | undefined;
}

/**
 * Sends a mail again if its error is `transient`, and only to recipients that certainly do not have it: what is
 * `"unknown"` is never sent again.
 *
 * The pause between two attempts is random, between half and the whole of the delay, so that many mails do not come
 * back at once. It does not begin if it would outlast the `deadline` of the send.
 *
 * @example
 * ```ts
 * const transport = new RetryTransport(SmtpTransport.relay("mail.example.org").build(), { attempts: 5 });
 * ```
 */
export class RetryTransport extends ForwardingTransport {
  readonly #transport: Transport;
  readonly #options: typeof defaults;
  readonly #clock: Clock;
  readonly #random: () => number;

  /**
   * The other transport is closed with this one.
   *
   * @throws EnvoiError of kind `"configuration"` if an option is not valid.
   */
  constructor(
    transport: Transport,
    options: RetryOptions = {},
    clock: Clock = systemClock,
    random: () => number = Math.random,
  ) {
    const read = { ...defaults, ...readOptions(options as typeof defaults, readers) };
    super([toTransport(transport, "transport")], read.concurrency);
    this.#transport = transport;
    this.#options = read;
    this.#clock = clock;
    this.#random = random;
  }

  protected override async forward(mail: ForwardedMail): Promise<SendReport> {
    const { envelope, options, closing } = mail;
    const { transientRefusals } = this.#options;
    const attempts = options.once === true ? 1 : this.#options.attempts;
    const ends = this.#clock.now() + (options.deadline ?? Number.POSITIVE_INFINITY);
    const outcomes = new Outcomes(envelope, options);
    for (let made = 1; ; made++) {
      const ended = await round({
        mail,
        transport: this.#transport,
        outcomes,
        transientRefusals,
        clock: this.#clock,
        ends,
      });
      const hopeless = made >= attempts || !ended.some((each) => mayPass(each, transientRefusals));
      if (hopeless || outcomes.rest(transientRefusals).length === 0) break;
      const pause = this.#pause(made);
      if (this.#clock.now() + pause >= ends) break;
      await this.#wait(pause, options.signal, closing);
      if (closing.aborted) throw calledOff("closed", outcomes.report());
      if (options.signal?.aborted) throw calledOff("aborted", outcomes.report(), options.signal.reason);
    }
    return outcomes.end();
  }

  #pause(made: number): number {
    const { delay, maxDelay } = this.#options;
    return Math.min(maxDelay, delay * 2 ** (made - 1)) * (0.5 + this.#random() / 2);
  }

  #wait(ms: number, ...signals: (AbortSignal | undefined)[]): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        timer.cancel();
        for (const take of forget) take?.();
        resolve();
      };
      // Held, because the caller waits for the mail, and nothing else may keep the process alive meanwhile.
      const timer = this.#clock.timer(ms, go, true);
      const forget = signals.map((signal) => signal && onAbort(signal, go));
      if (signals.some((signal) => signal?.aborted)) go();
    });
  }
}

const defaults = { attempts: 3, delay: 1000, maxDelay: 60_000, transientRefusals: false, concurrency: 100 };

const readers: OptionReaders<typeof defaults> = {
  attempts: wholeNumber(1),
  delay: duration(0),
  maxDelay: duration(0),
  transientRefusals: flag,
  concurrency: wholeNumber(1),
};

/** Whether another attempt may succeed. */
function mayPass({ report, error }: Attempt, transientRefusals: boolean): boolean {
  if (error?.transient) return true;
  return transientRefusals && report.rejected.some(({ reply }) => reply.transient);
}
