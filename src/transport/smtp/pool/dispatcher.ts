import type { Delivery } from "../../../errors.ts";
import type { Timer } from "../../../net/clock.ts";
import { Failure } from "../../../protocol/failure.ts";
import { Tally } from "../../send-all/tally.ts";
import type { LoginTurns } from "../login/login-turns.ts";
import type { Session } from "../session/session.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import type { TransportStatus } from "../status.ts";
import type { CancellationReason } from "../submission/cancellation.ts";
import { closed } from "../submission/cancellation-reasons.ts";
import type { Submission, SubmissionObserver, SubmissionState } from "../submission/submission.ts";
import { Opener } from "./opener.ts";
import { PendingMail } from "./pending-mail.ts";
import { type Slot, SlotPool } from "./pool.ts";
import { ratesOf } from "./pool-config.ts";
import { RateLimit } from "./rate-limit.ts";
import { SendQueue } from "./send-queue.ts";
import { SessionSender, type SharedState } from "./session-sender.ts";
import { Throttle } from "./throttle.ts";
import { WindowReach } from "./window-reach.ts";

/**
 * Assigns waiting mails to connections. Each slot in use has a worker, which opens a session in it. A sender then takes
 * mails over this session until it gets none: the queue is empty, a rate is used up, or the server needs a pause.
 * Workers are started whenever one may take a mail. No mail leaves the queue before there is a session.
 */
export class Dispatcher implements SubmissionObserver {
  readonly #options: SmtpOptions;
  readonly #pool: SlotPool;
  readonly #queue: SendQueue = new SendQueue();
  readonly #rates: readonly RateLimit[];
  readonly #throttle: Throttle;
  readonly #opener: Opener;
  readonly #shared: SharedState;
  readonly #tally: Tally = new Tally();
  #workers = 0;
  /** Workers that have no session yet. */
  #starting = 0;
  /** How many mails of the queue count for `maxQueue`. */
  #counted = 0;
  #inFlight = 0;
  /** Set while something waits for a moment. */
  #wake: { readonly at: number; readonly timer: Timer } | undefined;

  constructor(options: SmtpOptions, turns: LoginTurns) {
    this.#options = options;
    this.#pool = new SlotPool(options.pool);
    this.#rates = ratesOf(options.pool).map((rate) => new RateLimit(rate));
    this.#throttle = new Throttle(options.clock);
    this.#opener = new Opener(options, turns, this.#queue, {
      others: () => this.#workers - 1 + this.#pool.idle,
      fail: (pending, failure) => this.#fail(pending, failure),
    });
    this.#shared = {
      options,
      throttle: this.#throttle,
      chainingRefused: false,
      windowRefused: false,
      windowReach: new WindowReach(),
      waiting: () => this.#queue.size > 0 && this.#free,
      take: (session) => this.#take(session),
      putBack: (pending) => this.#putBack(pending),
    };
  }

  get status(): TransportStatus {
    return {
      connections: { busy: this.#workers, idle: this.#pool.idle },
      queued: this.#queue.size,
      inFlight: this.#inFlight,
      sent: this.#tally.counts,
      ...(this.#throttle.level > 0 && {
        slowdown: { connections: this.#allowed, resumesIn: Math.ceil(this.#throttle.wait) },
      }),
    };
  }

  /** Set while runs should take nothing more from their sources; resolves when they may. */
  get lull(): Promise<void> | undefined {
    return this.#opener.bounds.lull;
  }

  /** Queues a submission, or ends it if too many wait. */
  enqueue(submission: Submission): void {
    if (submission.counted && this.#full) submission.notSent(queueFull(this.#options.pool.maxQueue));
    else {
      this.#opener.needed();
      this.#queueUp(new PendingMail(submission));
      this.#dispatch();
    }
  }

  /** Closes all connections after everything in the queue has ended. */
  async close(): Promise<void> {
    this.#opener.close();
    await this.#pool.close();
  }

  /** From now on waits neither for the reply to QUIT nor for a connection that is being opened. */
  hurry(): void {
    this.#opener.cancelAll(closed);
    this.#pool.hurry();
  }

  begun(): void {
    if (this.#rates.length === 0) return;
    const now = this.#options.clock.now();
    for (const rate of this.#rates) rate.begin(now);
    // Until now it was not known how long the next mail must wait.
    this.#dispatch();
  }

  ended(
    last: Exclude<SubmissionState, "ended">,
    outcome: "ok" | Delivery,
    failure: Failure | undefined,
  ): void {
    this.#tally.add(outcome);
    if (failure?.reply !== undefined && !failure.again) this.#throttle.refused(failure.phase, failure.reply);
    if (last !== "waiting") this.#inFlight--;
    if (last === "let-go") this.#giveUpPlace();
    if (this.#queue.size === 0 && this.#inFlight === 0) this.#opener.unneeded();
  }

  /** How many workers there may be. */
  get #allowed(): number {
    return Math.min(this.#throttle.share(this.#options.pool.maxSize), this.#opener.bounds.most);
  }

  /** Milliseconds until a mail may go. */
  get #wait(): number {
    let wait = this.#throttle.wait;
    if (this.#rates.length === 0) return wait;
    const now = this.#options.clock.now();
    for (const rate of this.#rates) wait = Math.max(wait, rate.wait(now));
    return wait;
  }

  /** Whether more mails may go now than there are workers without a session. */
  get #short(): boolean {
    if (this.#queue.size <= this.#starting) return false;
    if (this.#rates.length === 0) return true;
    const now = this.#options.clock.now();
    return this.#rates.every((rate) => rate.room(now) > this.#starting);
  }

  get #full(): boolean {
    const { maxQueue } = this.#options.pool;
    if (maxQueue === Number.POSITIVE_INFINITY) return false;
    // A mail that such a worker will take does not count as waiting.
    if (this.#wait > 0) return this.#counted >= maxQueue;
    return this.#workers >= this.#allowed && this.#counted - this.#starting >= maxQueue;
  }

  /** Whether an idle worker may take a mail. */
  get #free(): boolean {
    return this.#workers <= this.#allowed && this.#wait === 0;
  }

  /** Whether a mail needs a connection of its own, and an open one must be closed to make room for it. */
  get #crowded(): boolean {
    return this.#queue.own > 0 && this.#starting === 0 && this.#workers >= this.#allowed;
  }

  /** Whether a mail may go over a session now. */
  #hasFor({ used }: Session): boolean {
    const waiting = used ? this.#queue.usual > 0 && !this.#crowded : this.#queue.size > 0;
    return waiting && this.#free;
  }

  #take(session: Session): PendingMail | undefined {
    const pending = this.#hasFor(session) ? this.#queue.take(!session.used) : undefined;
    if (pending === undefined) return undefined;
    this.#left(pending);
    this.#inFlight++;
    pending.submission.letGo();
    for (const rate of this.#rates) rate.reserve();
    // After a slowdown, or when a rate has room again, there may be work for more workers.
    if (this.#workers < this.#options.pool.maxSize) this.#dispatch();
    return pending;
  }

  #putBack(pending: PendingMail): void {
    this.#inFlight--;
    if (pending.submission.state === "let-go") this.#giveUpPlace();
    pending.submission.putBack();
    this.#queueUp(pending);
  }

  #queueUp(pending: PendingMail): void {
    const { cancellation, counted } = pending.submission;
    this.#queue.put(pending);
    if (counted) this.#counted++;
    cancellation.during((reason) => this.#cancelled(pending, reason));
  }

  /** Ends a mail that was cancelled while it waited, and the opening for it unless other mails wait for that too. */
  #cancelled(pending: PendingMail, reason: CancellationReason): void {
    if (!this.#queue.leave(pending)) return;
    this.#left(pending);
    const told = this.#queue.size === 0 ? this.#opener.cancelAll(reason) : undefined;
    pending.fail(this.#behind(pending, told ?? reason("queue")));
  }

  /** If the time of a mail ended while it waited, the last error of a connection is why it waited. */
  #behind(pending: PendingMail, failure: Failure): Failure {
    const behind = pending.failure ?? this.#opener.bounds.failure;
    if (failure.kind !== "timeout" || behind === undefined) return failure;
    return failure.with({ cause: behind.asCause() });
  }

  /** Ends a waiting mail. */
  #fail(pending: PendingMail, failure: Failure): void {
    if (!this.#queue.leave(pending)) return;
    this.#left(pending);
    pending.fail(failure);
  }

  #left({ submission }: PendingMail): void {
    if (submission.counted) this.#counted--;
    // If nothing waits, no timer is needed.
    if (this.#queue.size > 0) return;
    this.#wake?.timer.cancel();
    this.#wake = undefined;
  }

  /** A mail that has a place in the rates will not begin. */
  #giveUpPlace(): void {
    if (this.#rates.length === 0) return;
    for (const rate of this.#rates) rate.release();
    this.#dispatch();
  }

  /** Starts as many workers as may take a mail, or waits until one may. */
  #dispatch(): void {
    if (this.#queue.size === 0) return;
    const wait = this.#wait;
    if (wait > 0) {
      this.#wakeIn(wait);
      return;
    }
    while (this.#workers < this.#allowed && this.#short) void this.#work();
    if (this.#short && this.#opener.bounds.wait > 0) this.#wakeIn(this.#opener.bounds.wait);
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
    // Held, because the waiting mails are still to be sent.
    this.#wake = { at, timer: clock.timer(wait, wake, true) };
  }

  /** A worker: sends over one slot, through one session after another. */
  async #work(): Promise<void> {
    this.#workers++;
    this.#starting++;
    const slot = await this.#pool.acquire();
    for (;;) {
      await this.#provide(slot);
      this.#starting--;
      const { session } = slot;
      if (session === undefined) break;
      const sender = new SessionSender(session, this.#shared);
      // A mail that is queued while the last reply is being handled uses the same session.
      do await sender.run();
      while (session.usable && this.#hasFor(session));
      if (!this.#free || !this.#short || (session.usable && !this.#crowded)) break;
      this.#starting++;
    }
    const { session } = slot;
    if (session?.spent) await this.#leave(slot, session);
    const surplus = this.#workers > this.#allowed;
    this.#workers--;
    await this.#pool.release(slot, surplus);
    this.#dispatch();
  }

  /**
   * Opens a session in a slot if it has none that may take a mail. The slot stays empty if that fails or is not needed.
   */
  async #provide(slot: Slot): Promise<void> {
    const { session } = slot;
    const { own, usual } = this.#queue;
    const makesRoom = session?.used === true && own > 0 && (usual === 0 || !this.#opener.busy);
    if (session?.connection.broken) slot.session = undefined;
    else if (session !== undefined && (makesRoom || session.spent)) await this.#leave(slot, session);
    if (slot.session === undefined && this.#queue.size > 0 && this.#free)
      slot.session = await this.#opener.open();
  }

  /** Closes a session. The next one in this slot is opened after it is closed, so there is never one too many. */
  async #leave(slot: Slot, session: Session): Promise<void> {
    slot.session = undefined;
    // Meanwhile there may be room for others.
    this.#dispatch();
    if (!session.connection.broken) await this.#pool.leave(session);
  }
}

function queueFull(maxQueue: number): Failure {
  const message = `${maxQueue} mails wait for a connection, which is the limit (maxQueue)`;
  return new Failure({ kind: "queue-full", phase: "queue", message, transient: true });
}
