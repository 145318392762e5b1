import { performance } from "node:perf_hooks";
import { Envelope } from "../../address/envelope.ts";
import type { Transport } from "../../transport/transport.ts";
import type { Database } from "../database/database.ts";
import type { ReadOutboxOptions } from "../options.ts";
import type { Schema } from "../schema/schema.ts";
import type { ReturnPaths } from "../suppressions/return-path.ts";
import {
  type AttemptResult,
  allSuppressed,
  attemptResult,
  type Ended,
  isAboutTheRelay,
  type Permit,
  untouched,
} from "./attempt-result.ts";
import { Bell } from "./bell.ts";
import { type ClaimedMail, newestClaims } from "./claimed-mail.ts";
import { Claims } from "./claims.ts";
import { Clockwork } from "./clockwork.ts";
import { handOver } from "./hand-over.ts";
import { Lease } from "./lease.ts";
import { Ledger } from "./ledger.ts";
import { Pace, type Permitted } from "./pace.ts";
import { Permits } from "./permits.ts";
import { Slots } from "./slots.ts";
import { StoredContent } from "./stored-content.ts";
import { Upkeep } from "./upkeep.ts";
import { endedOf, type WaitingResult } from "./waiting-result.ts";
import { Waker } from "./waker.ts";
import type { Worker } from "./worker.ts";

/** What a worker works with. */
export interface WorkerTools {
  readonly database: Database;
  readonly schema: Schema;
  readonly options: ReadOutboxOptions;
  readonly paths: ReturnPaths;
  readonly transport: Transport;
  readonly concurrency: number;
}

/**
 * A worker: one loop claims mails into a small store, one writes results and marks and hands over what was marked, and
 * one gives signs of life and does what must be done for all. A loop that fails waits and goes on.
 */
export class RunningWorker implements Worker {
  readonly done: Promise<void>;
  readonly #tools: WorkerTools;
  readonly #lease: Lease;
  readonly #claims: Claims;
  readonly #ledger: Ledger;
  readonly #pace: Pace;
  readonly #upkeep: Upkeep;
  readonly #clockwork: Clockwork;
  readonly #content: StoredContent;
  readonly #waker: Waker;
  /** Aborts when nothing is to be done any more. */
  readonly #over = new AbortController();
  /** Rings when mails may be claimed. */
  readonly #claimBell = new Bell();
  /** Rings when there is something to write. */
  readonly #writeBell = new Bell();
  readonly #lifeBell = new Bell();
  /** Mails that were claimed, and are not marked. */
  #claimed: ClaimedMail[] = [];
  /** Those that are being marked. */
  readonly #marking = new Set<ClaimedMail>();
  #results: WaitingResult[] = [];
  readonly #slots: Slots;
  /** Statements of the ledger that are not answered. */
  #writes = 0;
  #gaveUp = false;
  /** The marks of the claims that are being made. */
  #claiming: string[] = [];
  /** Until when mails may be leased to this worker that it does not know, because the answer to a claim was lost. */
  #doubtfulUntil = 0;
  /** When a claim last found nothing, by the monotonic clock. */
  #idleAt = 0;
  #promotedAt = 0;
  #stopping = false;
  #stoppedAt = 0;

  constructor(tools: WorkerTools) {
    const { database, schema, options, paths } = tools;
    const timeout = Math.max(1000, options.lease / 2);
    const prompt = database.bounded(timeout);
    const patient = database.bounded(minute, this.#over.signal);
    this.#tools = tools;
    this.#slots = new Slots(tools.concurrency);
    this.#lease = new Lease(prompt, schema, options.lease);
    this.#claims = new Claims(database, schema, timeout, paths);
    this.#ledger = new Ledger(database, schema, timeout);
    this.#pace = new Pace(new Permits(prompt, schema, options.rates, timeout));
    this.#upkeep = new Upkeep(prompt, schema);
    const chores = new Upkeep(patient, schema).chores(options.keep, () => this.#claimBell.ring());
    this.#clockwork = new Clockwork(patient, schema.clockwork, options.migrate, chores);
    this.#content = new StoredContent(database.bounded(minute), schema);
    this.#waker = new Waker(prompt, schema, () => this.#claimBell.ring());
    this.done = this.#run();
  }

  get id(): string {
    return this.#lease.name;
  }

  stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true;
      this.#stoppedAt = performance.now();
    }
    for (const bell of [this.#claimBell, this.#writeBell, this.#lifeBell]) bell.ring();
    return this.done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #run(): Promise<void> {
    await this.#trying(() => this.#lease.begin(), this.#lifeBell);
    const loops = [this.#claimLoop(), this.#writeLoop()];
    const living = this.#lifeLoop(Promise.all(loops));
    const clockwork = this.#clockwork.begin();
    await Promise.all([...loops, living]);
    this.#over.abort();
    await Promise.all([this.#waker.end(), this.#clockwork.end()]);
    await this.#lease.end().catch(() => {});
    await clockwork;
  }

  /** Runs something until it works, or the worker stops and its lease would be over. */
  async #trying<T>(step: () => Promise<T>, bell: Bell): Promise<T | undefined> {
    for (let wait = 50; ; wait = Math.min(1000, wait * 2)) {
      try {
        return await step();
      } catch {
        if (this.#stopping && performance.now() - this.#stoppedAt > this.#tools.options.lease)
          return undefined;
        await bell.wait(wait);
      }
    }
  }

  async #claimLoop(): Promise<void> {
    const { concurrency } = this.#tools;
    while (!this.#stopping) {
      const room = concurrency - this.#claimed.length;
      if (room < concurrency / 2) {
        await this.#claimBell.wait(60_000);
        continue;
      }
      try {
        const wait = await this.#claim(room);
        if (wait > 0 && !this.#stopping) await this.#claimBell.wait(wait);
      } catch {
        this.#claiming = [];
        this.#doubtfulUntil = performance.now() + doubt;
        await this.#claimBell.wait(200);
      }
    }
    const rest = this.#claimed.splice(0).map(({ id, claim }) => ({ id, claim, wait: 0 }));
    await this.#trying(() => this.#ledger.giveBack(rest), this.#claimBell);
  }

  /** Claims mails. Returns how many milliseconds to wait for more, unless the bell rings. */
  async #claim(room: number): Promise<number> {
    const { id } = this.#lease;
    await this.#promote();
    const mails = await this.#claims.take(id, room, this.#pace.blocked.names, (claim) => {
      this.#claiming.push(claim);
    });
    this.#claimed.push(...mails);
    this.#claiming = [];
    if (mails.length > 0) this.#writeBell.ring();
    if (mails.length > 0) {
      // With a backlog nobody needs to wake this worker. Said when it has lasted, because each word is a statement.
      if (performance.now() - this.#idleAt > 100) await this.#lease.sleeps(false);
      return 0;
    }
    this.#idleAt = performance.now();
    // Looks once more after it said that it sleeps: a mail may have come in between, without a call.
    if (await this.#lease.sleeps(true)) return 0;
    return Math.max(1, Math.min(this.#waker.interval, this.#pace.blocked.soonest));
  }

  /** Mails whose time has come wait for no chore, because rates and short pauses need more than its precision. */
  async #promote(): Promise<void> {
    const now = performance.now();
    if (now - this.#promotedAt < 100) return;
    this.#promotedAt = now;
    await this.#upkeep.promote();
  }

  #knownClaims(): string[] {
    return [...this.#claiming, ...[...this.#claimed, ...this.#marking].map(({ claim }) => claim)];
  }

  async #writeLoop(): Promise<void> {
    while (!this.#gaveUp) {
      const wait = this.#idleTime();
      if (wait > 0) {
        if (this.#stopping && this.#slots.empty && this.#writes === 0 && this.#results.length === 0) return;
        await this.#writeBell.wait(wait);
        continue;
      }
      const results = this.#results.splice(0);
      const next = await this.#permitted(this.#nextMails(results));
      this.#writes++;
      void this.#write(results, next).finally(() => {
        this.#writes--;
        this.#writeBell.ring();
      });
    }
  }

  async #write(results: readonly WaitingResult[], next: readonly Permitted[]): Promise<void> {
    const mails = next.map(({ mail }) => mail);
    const written = this.#slots.begin(mails.length, endedOf(results));
    const marked = await this.#trying(
      () =>
        this.#ledger.write(
          this.#lease.id,
          results.map(({ result }) => result),
          mails,
        ),
      new Bell(),
    );
    for (const mail of mails) this.#marking.delete(mail);
    // Only a worker that stops gives up. What is not recorded is unknown when its lease is over.
    if (marked === undefined) {
      this.#gaveUp = true;
      return;
    }
    const suppressions = new Map(marked.map(({ id, suppressed }) => [id, new Set(suppressed)]));
    const newest = newestClaims(mails);
    const handed = next.filter(({ mail }) => newest.has(mail) && suppressions.has(mail.id));
    written(handed.length);
    // What may go again at once waits in the table for a claim.
    if (results.some(({ result }) => result.wait === 0)) this.#claimBell.ring();
    for (const { mail, permits } of next) {
      const suppressed = newest.has(mail) ? suppressions.get(mail.id) : undefined;
      if (suppressed === undefined)
        this.#results.push({ result: { ...untouched(mail), permits }, handed: false });
      else this.#hand(mail, suppressed, permits);
    }
  }

  /** Milliseconds until there is something to write: 0 if there is. */
  #idleTime(): number {
    const { concurrency } = this.#tools;
    // A second statement before the first is answered is worth it only with many results. With rates there is none: a
    // result that is written again would give back a permit that was taken in between.
    const most = this.#pace.limited ? 1 : 2;
    if (this.#writes >= most || (this.#writes === 1 && this.#results.length < concurrency / 4)) return 60_000;
    if (this.#results.length > 0) return 0;
    if (this.#stopping || this.#claimed.length === 0 || this.#slots.free(0) === 0) return 60_000;
    return this.#pace.rest();
  }

  #nextMails(results: readonly WaitingResult[]): ClaimedMail[] {
    if (this.#stopping || this.#pace.rest() > 0) return [];
    const next = this.#claimed.splice(0, this.#slots.free(endedOf(results)));
    if (next.length > 0) this.#claimBell.ring();
    for (const mail of next) this.#marking.add(mail);
    return next;
  }

  /** Those of the mails that may go now. The others wait here, or are given back. */
  async #permitted(mails: readonly ClaimedMail[]): Promise<readonly Permitted[]> {
    const { granted, waiting, back } = await this.#pace.take(this.#lease.id, mails);
    this.#claimed.unshift(...waiting);
    // What cannot be given back now is found by its lease.
    await this.#ledger.giveBack(back).catch(() => {
      this.#doubtfulUntil = performance.now() + doubt;
    });
    const going = new Set(granted.map(({ mail }) => mail));
    for (const mail of mails) if (!going.has(mail)) this.#marking.delete(mail);
    return granted;
  }

  #hand(mail: ClaimedMail, suppressed: ReadonlySet<string>, permits: readonly Permit[]): void {
    const to = mail.recipients
      .filter(({ recipient, state }) => state === "waiting" && !suppressed.has(recipient))
      .map(({ recipient }) => recipient);
    if (to.length === 0) this.#end({ ...allSuppressed(mail), permits });
    else
      void this.#send(mail, to, permits).then((ended) => {
        this.#pace.relay.saw(isAboutTheRelay(ended));
        const age = mail.age + performance.now() - mail.claimedAt;
        this.#end({ ...attemptResult(mail, ended, suppressed, age, this.#tools.options.retry), permits });
      });
  }

  async #send(mail: ClaimedMail, to: readonly string[], permits: readonly Permit[]): Promise<Ended> {
    try {
      const envelope = Envelope.of(mail.sender, to);
      const content = this.#content.of(mail);
      return { report: await this.#tools.transport.sendRaw(envelope, content, handOver(mail, permits)) };
    } catch (error) {
      return { error };
    }
  }

  #end(result: AttemptResult): void {
    this.#results.push({ result, handed: true });
    this.#writeBell.ring();
  }

  /** Gives signs of life until everything has been written. */
  async #lifeLoop(loops: Promise<unknown>): Promise<void> {
    let over = false;
    const ended = loops.finally(() => {
      over = true;
      this.#lifeBell.ring();
    });
    ended.catch(() => {});
    const { lease } = this.#tools.options;
    while (!over) {
      try {
        await this.#lease.renew();
        if (!this.#stopping && this.#tools.options.notify) await this.#listen();
        // Not awaited, because a deletion may take longer than the lease.
        void this.#clockwork.tick();
        if (performance.now() < this.#doubtfulUntil)
          await this.#ledger.giveBackOthers(this.#lease.id, this.#knownClaims());
      } catch {
        // The database is away. The next round tries again.
      }
      if (!over) await this.#lifeBell.wait(Math.min(1000, lease / 4));
    }
  }

  /** Not awaited, because it takes up to five seconds to know. */
  async #listen(): Promise<void> {
    if (this.#waker.listening !== undefined) return;
    void this.#waker
      .begin(this.#lease.id)
      .then(async () => {
        await this.#lease.listens(this.#waker.listening === true);
        this.#claimBell.ring();
      })
      .catch(() => {});
  }
}

const minute = 60_000;

/** Milliseconds for which a statement whose answer was lost may still be carried out. */
const doubt = minute;
