import type { Delivery } from "../../../errors.ts";
import type { Timer } from "../../../net/clock.ts";
import { Failure } from "../../../protocol/failure.ts";
import { Tally } from "../../tally.ts";
import type { SmtpOptions } from "../options.ts";
import type { TransportStatus } from "../status.ts";
import type { Submission, SubmissionWatcher } from "../submission.ts";
import { Lane, type Lanes } from "./lane.ts";
import { SlotPool } from "./pool.ts";
import { ratesOf } from "./pool-config.ts";
import { RateLimit } from "./rate-limit.ts";
import { SendQueue } from "./send-queue.ts";
import { Throttle } from "./throttle.ts";

/**
 * Brings what waits to connections. Each connection is used by a lane, which takes mails until it is given none: the queue
 * is empty, a rate is used up, or the server is to be left alone. Lanes are started whenever one may take something.
 */
export class Dispatcher implements SubmissionWatcher {
  readonly #options: SmtpOptions;
  readonly #pool: SlotPool;
  readonly #queue: SendQueue = new SendQueue();
  readonly #rates: readonly RateLimit[];
  readonly #throttle: Throttle;
  readonly #shared: Lanes;
  readonly #tally: Tally = new Tally();
  #lanes = 0;
  /** Lanes that have not got their slot. */
  #starting = 0;
  /** Those of the queue that count where a number is set to it. */
  #counted = 0;
  #inFlight = 0;
  /** Lanes that wait until a mail may begin again. */
  #held: (() => void)[] = [];
  /** Set where something waits for time to pass. */
  #wake: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(options: SmtpOptions) {
    this.#options = options;
    this.#pool = new SlotPool(options.pool);
    this.#rates = ratesOf(options.pool).map((rate) => new RateLimit(rate));
    this.#throttle = new Throttle(options.clock);
    this.#shared = {
      options,
      throttle: this.#throttle,
      chainingRefused: false,
      windowRefused: false,
      waiting: () => this.#queue.size > 0 && this.#free,
      take: () => this.#take(),
      again: (submission) => this.#again(submission),
      change: () => this.#change(),
      leave: (session) => this.#pool.leave(session),
    };
  }

  get status(): TransportStatus {
    return {
      connections: { busy: this.#lanes, idle: this.#pool.idle },
      queued: this.#queue.size,
      inFlight: this.#inFlight,
      sent: this.#tally.counts,
      ...(this.#throttle.level > 0 && {
        slowdown: { connections: this.#allowed, resumesIn: Math.ceil(this.#throttle.wait) },
      }),
    };
  }

  /** Queues a submission, or ends it where too many wait. */
  enqueue(submission: Submission): void {
    const { cancellation, counted } = submission;
    if (counted && this.#full) {
      submission.notSent(queueFull(this.#options.pool.maxQueue));
      return;
    }
    const place = this.#queue.append(submission);
    if (counted) this.#counted++;
    cancellation.during((reason) => {
      if (!this.#queue.leave(place)) return;
      this.#left(submission);
      submission.notSent(reason("queue"));
    });
    this.#dispatch();
  }

  /** Lets go of all connections when everything queued has ended. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** From now on nobody waits for the answer to a goodbye. */
  hurry(): void {
    this.#pool.hurry();
  }

  begins(submission: Submission): void {
    const first = submission.state === "let-go";
    submission.state = "begun";
    if (this.#rates.length === 0) return;
    const now = this.#options.clock.now();
    for (const rate of this.#rates) rate.begin(now, first);
    // Until now nobody could tell how long the next has to wait.
    this.#dispatch();
  }

  ended(submission: Submission, outcome: "ok" | Delivery, failure: Failure | undefined): void {
    const { state } = submission;
    submission.state = "ended";
    this.#tally.add(outcome);
    if (failure?.reply !== undefined) this.#throttle.refused(failure.phase, failure.reply);
    this.#goOn();
    if (state === "waiting") return;
    this.#inFlight--;
    if (state === "let-go" && this.#rates.length > 0) {
      for (const rate of this.#rates) rate.release();
      this.#dispatch();
    }
  }

  /** How many lanes there may be. */
  get #allowed(): number {
    return this.#throttle.share(this.#options.pool.maxSize);
  }

  /** Milliseconds until a mail may go. */
  get #wait(): number {
    let wait = this.#throttle.wait;
    if (this.#rates.length === 0) return wait;
    const now = this.#options.clock.now();
    for (const rate of this.#rates) wait = Math.max(wait, rate.wait(now));
    return wait;
  }

  get #full(): boolean {
    const { maxQueue } = this.#options.pool;
    if (maxQueue === Number.POSITIVE_INFINITY) return false;
    // What a lane is on its way to take does not wait.
    if (this.#wait > 0) return this.#counted >= maxQueue;
    return this.#lanes >= this.#allowed && this.#counted - this.#starting >= maxQueue;
  }

  #take(): Submission | undefined {
    if (this.#queue.size === 0 || !this.#free) return undefined;
    const submission = this.#queue.take();
    if (submission === undefined) return undefined;
    this.#left(submission);
    this.#inFlight++;
    submission.state = "let-go";
    for (const rate of this.#rates) rate.reserve();
    // Where a slowdown is over, or a rate has room again, there may be work for more lanes.
    if (this.#lanes < this.#options.pool.maxSize) this.#dispatch();
    return submission;
  }

  /** Whether a lane that is there may take something. */
  get #free(): boolean {
    return this.#lanes <= this.#allowed && this.#wait === 0;
  }

  #left(submission: Submission): void {
    if (submission.counted) this.#counted--;
    this.#stopWaiting();
  }

  /** No timer is kept where nothing waits. */
  #stopWaiting(): void {
    if (this.#queue.size > 0 || this.#held.length > 0) return;
    this.#wake?.timer.cancel();
    this.#wake = undefined;
  }

  #again(submission: Submission): boolean {
    // It has not begun: its place is still its own.
    if (submission.state !== "begun") return true;
    if (this.#wait > 0) return false;
    submission.state = "let-go";
    for (const rate of this.#rates) rate.reserve();
    return true;
  }

  #change(): Promise<void> {
    this.#wakeIn(this.#wait);
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** Lets lanes that wait look again. */
  #goOn(): void {
    if (this.#held.length === 0) return;
    const held = this.#held;
    this.#held = [];
    this.#stopWaiting();
    for (const look of held) look();
  }

  /** Starts as many lanes as may take something, or waits until one may. */
  #dispatch(): void {
    if (this.#queue.size === 0 && this.#held.length === 0) return;
    const wait = this.#wait;
    if (wait > 0) {
      this.#wakeIn(wait);
      return;
    }
    this.#goOn();
    while (this.#lanes < this.#allowed && this.#queue.size > this.#starting) void this.#lane();
  }

  #wakeIn(wait: number): void {
    if (wait === Number.POSITIVE_INFINITY) return;
    const { clock } = this.#options;
    const at = clock.now() + wait;
    if (this.#wake !== undefined && this.#wake.at <= at) return;
    this.#wake?.timer.cancel();
    const wake = () => {
      this.#wake = undefined;
      this.#dispatch();
    };
    // Held: what waits is still to be sent.
    this.#wake = { at, timer: clock.timer(wait, wake, true) };
  }

  async #lane(): Promise<void> {
    this.#lanes++;
    this.#starting++;
    const slot = await this.#pool.acquire();
    this.#starting--;
    const lane = new Lane(slot, this.#shared);
    // What is queued while the last reply is on its way to this line is sent by the same lane.
    do await lane.run();
    while (this.#queue.size > 0 && this.#free);
    const surplus = this.#lanes > this.#allowed;
    this.#lanes--;
    await this.#pool.release(slot, surplus);
    this.#dispatch();
  }
}

function queueFull(maxQueue: number): Failure {
  const message = `${maxQueue} mails wait for a connection already, and no more may (maxQueue)`;
  return new Failure({ kind: "queue-full", phase: "queue", message, transient: true });
}
