import { type EnvoiError, misconfigured } from "../../errors.ts";
import { type Clock, systemClock } from "../../net/clock.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import { calledOff } from "../called-off.ts";
import { checkOptionNames } from "../option-names.ts";
import { checkCount, checkFlag, checkMilliseconds } from "../option-values.ts";
import { onAbort } from "../signal.ts";
import type { Transport } from "../transport.ts";
import { type Attempt, type ForwardedMail, ForwardingTransport } from "./forwarding-transport.ts";
import { Outcomes } from "./outcomes.ts";
import { round } from "./round.ts";

/** When a mail is tried again, and how often. */
export interface RetryOptions {
  /** How often a mail is tried in all; 3 by default. */
  readonly attempts?: number | undefined;
  /** Milliseconds before the second attempt; each later pause is twice as long. 1,000 by default. */
  readonly delay?: number | undefined;
  /** The longest pause, in milliseconds; 60,000 by default. */
  readonly maxDelay?: number | undefined;
  /** Whether recipients refused for now (4xx) are tried again too; `false` by default. */
  readonly transientRefusals?: boolean | undefined;
  /** How many mails `sendAll` sends at once; 100 by default. */
  readonly concurrency?: number | undefined;
}

/**
 * Sends once more what may pass later: an error that is `transient`, and of it only the recipients that certainly do
 * not have the mail. What is `"unknown"` is never sent again.
 *
 * Between two attempts it pauses, somewhere between half and the whole of the delay, so that many mails do not come
 * back at once. A pause that would outlast the `deadline` of the send is not begun.
 *
 * @example
 * ```ts
 * const transport = new RetryTransport(SmtpTransport.relay("mail.example.org").build(), { attempts: 5 });
 * ```
 */
export class RetryTransport extends ForwardingTransport {
  readonly #transport: Transport;
  readonly #options: Required<{ readonly [name in keyof RetryOptions]: NonNullable<RetryOptions[name]> }>;
  readonly #clock: Clock;
  readonly #random: () => number;

  /**
   * The transport is closed with it.
   *
   * @throws EnvoiError of kind `"configuration"` where an option makes no sense.
   */
  constructor(
    transport: Transport,
    options: RetryOptions = {},
    clock: Clock = systemClock,
    random: () => number = Math.random,
  ) {
    checkOptionNames("RetryTransport", options, Object.keys(defaults));
    if (typeof transport?.send !== "function") throw wrong("expects a transport; a builder wants .build()");
    const { attempts, delay, maxDelay, transientRefusals, concurrency } = { ...defaults, ...given(options) };
    checkCount("RetryTransport: attempts", attempts, 1);
    checkCount("RetryTransport: concurrency", concurrency, 1);
    checkMilliseconds("RetryTransport: delay", delay, 0);
    checkMilliseconds("RetryTransport: maxDelay", maxDelay, 0);
    checkFlag("RetryTransport: transientRefusals", transientRefusals);
    super([transport], concurrency);
    this.#transport = transport;
    this.#options = { attempts, delay, maxDelay, transientRefusals, concurrency };
    this.#clock = clock;
    this.#random = random;
  }

  protected override async forward(mail: ForwardedMail): Promise<SendReport> {
    const { envelope, options, closing } = mail;
    const { attempts, transientRefusals } = this.#options;
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
      // Held: somebody waits for the mail, and nothing else may keep the process alive meanwhile.
      const timer = this.#clock.timer(ms, go, true);
      const forget = signals.map((signal) => signal && onAbort(signal, go));
      if (signals.some((signal) => signal?.aborted)) go();
    });
  }
}

const defaults = { attempts: 3, delay: 1000, maxDelay: 60_000, transientRefusals: false, concurrency: 100 };

/** The options without those that are said to be undefined. */
function given(options: RetryOptions): Partial<typeof defaults> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Whether another attempt may do better. */
function mayPass({ report, error }: Attempt, transientRefusals: boolean): boolean {
  if (error?.transient) return true;
  return transientRefusals && report.rejected.some(({ reply }) => reply.transient);
}

function wrong(problem: string): EnvoiError {
  return misconfigured(`RetryTransport: ${problem}`);
}
