import { EnvoiError, misconfigured, reasonOf } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import { onAbort, underBoth } from "../abort-signal.ts";
import type { SendOptions } from "../send-options.ts";
import { type Answer, type ItemSource, isPromise } from "./item-source.ts";
import { type RunMail, readItem } from "./run-item.ts";
import type { SendOutcome, SendRun, SendTotals } from "./send-run.ts";
import { Tally } from "./tally.ts";

/** The parts of a run. */
export interface RunParts {
  readonly source: ItemSource;
  readonly build: (fields: MessageFields) => Message;
  readonly send: (mail: RunMail, options: SendOptions) => Promise<SendReport>;
  /** How many mails may be taken and not yet reported to the caller. */
  readonly concurrency: number;
  /** Returns a promise while nothing should be taken from the source; it resolves when it may. */
  readonly lull: () => Promise<void> | undefined;
  readonly signal: AbortSignal | undefined;
  /** The options of each mail. */
  readonly each: SendOptions;
  /** Called when it begins; throws if it must not. */
  readonly begins: () => void;
  readonly ended: () => void;
}

/** A {@link SendRun} over anything that can send one mail. */
export class Run<Tag> implements SendRun<Tag> {
  readonly #parts: RunParts;
  /** How the caller uses the run: not yet, in a loop, or only for the totals. */
  #audience: "nobody" | "loop" | "totals" = "nobody";
  /** Outcomes that the loop has not read yet. */
  readonly #outcomes: SendOutcome<Tag>[] = [];
  #taken = 0;
  #underWay = 0;
  /** Calls that the source has not answered. */
  #asked = 0;
  #state: "new" | "taking" | "resting" | "ending" | "over" = "new";
  /** Whether the run no longer waits for a source that does not answer. */
  #hurried = false;
  /** What the run throws at the end. */
  #failure: { readonly error: unknown } | undefined;
  readonly #tally = new Tally();
  #complete = false;
  /** Removes the listener of the signal. */
  #forget: (() => void) | undefined;
  /** Wakes the loop if it waits for an outcome. */
  #news: (() => void) | undefined;
  #end!: () => void;
  readonly #ended: Promise<void> = new Promise((resolve) => {
    this.#end = resolve;
  });

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  get totals(): SendTotals {
    return { ...this.#tally.counts, complete: this.#complete };
  }

  // biome-ignore lint/suspicious/noThenProperty: a run can be awaited.
  then<Totals = SendTotals, Failed = never>(
    onFulfilled?: ((totals: SendTotals) => Totals | PromiseLike<Totals>) | null,
    onRejected?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Totals | Failed> {
    if (this.#audience === "nobody") this.#audience = "totals";
    if (this.#audience === "totals") this.#begin();
    return this.#ended.then(() => this.#result()).then(onFulfilled, onRejected);
  }

  catch<Failed = never>(
    onRejected?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<SendTotals | Failed> {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<SendTotals> {
    return this.then().finally(onFinally);
  }

  [Symbol.asyncIterator](): AsyncIterator<SendOutcome<Tag>, undefined> {
    if (this.#audience !== "nobody") {
      const audience = this.#audience === "loop" ? "iterated" : "awaited";
      const message = `sendAll: this run has been ${audience} already, and a run is iterated once`;
      throw misconfigured(message);
    }
    this.#audience = "loop";
    const outcomes = this.#tell();
    return {
      next: () => outcomes.next(),
      // During a `next` the source would handle it only after that.
      return: () => {
        this.stop();
        return outcomes.return(undefined);
      },
    };
  }

  stop(): void {
    if (this.#state === "ending" || this.#state === "over") return;
    const begun = this.#state !== "new";
    this.#state = "ending";
    if (begun) this.#endSource();
    this.#endIfDone();
  }

  /** Like `stop`, but does not wait for a source that has nothing ready. */
  close(): void {
    this.#hurried = true;
    this.stop();
    this.#endIfDone();
  }

  async *#tell(): AsyncGenerator<SendOutcome<Tag>, undefined> {
    this.#begin();
    try {
      while (this.#state !== "over" || this.#outcomes.length > 0) {
        const outcome = this.#outcomes.shift();
        if (outcome === undefined) {
          await new Promise<void>((resolve) => {
            this.#news = resolve;
          });
        } else {
          this.#fill();
          yield outcome;
        }
      }
      this.#result();
    } finally {
      this.stop();
      await this.#ended;
    }
  }

  #result(): SendTotals {
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.totals;
  }

  #begin(): void {
    if (this.#state !== "new") return;
    this.#state = "taking";
    const { signal, begins } = this.#parts;
    try {
      begins();
    } catch (error) {
      this.#fail(error);
    }
    if (signal?.aborted) this.#abort();
    else if (signal !== undefined) this.#forget = onAbort(signal, this.#abort);
    this.#fill();
  }

  readonly #abort = (): void => {
    const message = `sendAll: the run was aborted; ${this.#taken} mails had been taken`;
    const cause = this.#parts.signal?.reason;
    const fields = {
      kind: "aborted",
      delivery: "not-sent",
      transient: false,
      permanent: false,
      cause,
    } as const;
    this.#failure ??= { error: new EnvoiError(message, fields) };
    this.close();
  };

  /** The source has thrown: nothing more comes from it. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    if (this.#state !== "over") this.#state = "ending";
    this.#endIfDone();
  }

  /** Takes as many mails as it may. */
  #fill(): void {
    const { source, concurrency, lull } = this.#parts;
    while (
      this.#state === "taking" &&
      this.#asked === 0 &&
      this.#underWay + this.#outcomes.length < concurrency
    ) {
      const pause = lull();
      if (pause === undefined) this.#ask(() => source.next(), this.#given);
      else this.#rest((goOn) => void pause.then(goOn));
    }
  }

  /** Takes nothing until `goOn` is called. */
  #rest(until: (goOn: () => void) => void): void {
    this.#state = "resting";
    until(() => {
      if (this.#state !== "resting") return;
      this.#state = "taking";
      this.#fill();
    });
  }

  /** Calls the source, which answers or throws, synchronously or later. */
  #ask<T>(question: () => T | PromiseLike<T>, answered?: (answer: T) => void): void {
    this.#asked++;
    let answer: T | PromiseLike<T>;
    try {
      answer = question();
    } catch (error) {
      this.#asked--;
      this.#fail(error);
      return;
    }
    if (!isPromise(answer)) {
      this.#asked--;
      answered?.(answer);
      return;
    }
    answer.then(
      (answer) => {
        this.#asked--;
        answered?.(answer);
        this.#fill();
        this.#endIfDone();
      },
      (error) => {
        this.#asked--;
        this.#fail(error);
      },
    );
  }

  readonly #given = (answer: Answer): void => {
    // Nothing waited for it any more.
    if (this.#state === "over") return;
    if (answer.done !== true) {
      this.#take(answer.value);
      if (this.#state === "ending") this.#endSource();
    } else {
      this.#complete = true;
      this.#state = "ending";
      this.#endIfDone();
    }
  };

  #endSource(): void {
    this.#ask(() => this.#parts.source.end());
  }

  #take(item: unknown): void {
    const index = this.#taken++;
    const { build, send, each, signal } = this.#parts;
    this.#underWay++;
    // A source and a transport that are always ready must not block the event loop.
    if (this.#state === "taking" && this.#taken % A_WHILE === 0) this.#rest(setImmediate);
    const { tag, mail, options, mistake } = readItem(item, build);
    const sending =
      mail === undefined
        ? Promise.reject(mistake)
        : sendUnder(signal, over(each, options), (all) => send(mail, all));
    sending.then(
      (report) => this.#settle({ ok: true, index, tag: tag as Tag, report }),
      (error) => this.#settle({ ok: false, index, tag: tag as Tag, error: explained(error) }),
    );
  }

  #settle(outcome: SendOutcome<Tag>): void {
    this.#underWay--;
    this.#tally.add(outcome.ok ? "ok" : outcome.error.delivery);
    if (this.#audience === "loop") this.#outcomes.push(outcome);
    this.#news?.();
    this.#fill();
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#state !== "ending" || this.#underWay > 0) return;
    if (this.#asked === 0) this.#over();
    else if (this.#hurried) this.#overInATurn();
  }

  /** What the source has ready arrives within a turn of the event loop, and is still reported. */
  #overInATurn(): void {
    setImmediate(() => {
      if (this.#state === "ending" && this.#underWay === 0) this.#over();
    });
  }

  #over(): void {
    this.#state = "over";
    this.#forget?.();
    this.#parts.ended();
    this.#news?.();
    this.#end();
  }
}

/** The options of a mail, which replace those of the run; `undefined` sets nothing. */
function over(each: SendOptions, own: SendOptions | undefined): SendOptions {
  if (own === undefined) return each;
  const said = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...each, ...Object.fromEntries(said) };
}

function sendUnder(
  signal: AbortSignal | undefined,
  options: SendOptions,
  send: (options: SendOptions) => Promise<SendReport>,
): Promise<SendReport> {
  if (signal === undefined) return send(options);
  if (options.signal === undefined) return send({ ...options, signal });
  return underBoth([signal, options.signal], (signal) => send({ ...options, signal }));
}

/** Transports of envoi throw nothing else. An error of another kind does not say what happened to the mail. */
function explained(error: unknown): EnvoiError {
  if (EnvoiError.is(error)) return error;
  const message = reasonOf(error);
  const nobodyKnows = { kind: "protocol", delivery: "unknown", transient: false, permanent: false } as const;
  return new EnvoiError(message, { ...nobodyKnows, cause: error });
}

/** How many mails are taken before the event loop gets a turn. */
const A_WHILE = 1000;
