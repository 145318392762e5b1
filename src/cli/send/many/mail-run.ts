import type { Message } from "../../../message/message.ts";
import type { SendOutcome } from "../../../transport/send-all/send-run.ts";
import type { FollowedSendOptions, SendOptions } from "../../../transport/send-options.ts";
import type { Transport } from "../../../transport/transport.ts";
import { reportOf } from "../one/report.ts";
import type { DataRow } from "./data-row.ts";
import { LostRelay } from "./lost-relay.ts";
import type { Pacer } from "./pacer.ts";
import type { ResumeFile } from "./resume-file.ts";
import type { RowMails } from "./row-mails.ts";
import { type RowState, recipientsLeft, stateAfter } from "./row-state.ts";
import type { RunOutput } from "./run-output.ts";
import type { Totals } from "./totals.ts";

/** What a run needs. */
export interface MailRunParts {
  readonly transport: Transport;
  readonly mails: RowMails;
  /** Knows what earlier runs have done. */
  readonly state: ResumeFile | undefined;
  readonly totals: Totals;
  readonly output: RunOutput;
  readonly pacer: Pacer | undefined;
  /** The options of each mail. */
  readonly options: SendOptions;
  /** Whether mails of which an earlier run does not know whether they went are sent again. */
  readonly unknownAgain: boolean;
}

/** A row whose mail is under way. */
interface UnderWay {
  readonly line: number;
  readonly key: string | undefined;
  readonly messageId: string;
  readonly earlier: RowState | undefined;
}

/** Sends the mails of the rows, notes what becomes of each, and tells it. */
export class MailRun {
  readonly #parts: MailRunParts;
  /** Whether the last row has been read. */
  #complete = false;
  #stopped = false;
  /** The rows of the messages that are under way. */
  readonly #tags: WeakMap<Message, UnderWay> = new WeakMap();

  constructor(parts: MailRunParts) {
    this.#parts = parts;
  }

  /**
   * Runs until every row has an outcome, or until the signal aborts and what is under way has one.
   *
   * @returns whether all rows were reached.
   */
  async run(signal: AbortSignal): Promise<boolean> {
    const { transport, state } = this.#parts;
    const onBegin = (message: Message): void => {
      const { line, key, messageId } = this.#tags.get(message) as UnderWay;
      state?.begin(line, key, messageId);
    };
    const { options } = this.#parts;
    const followed: FollowedSendOptions = state === undefined ? options : { ...options, onBegin };
    const run = transport.sendAll(this.#items(signal), followed);
    signal.addEventListener("abort", () => run.stop(), { once: true });
    const lost = new LostRelay();
    for await (const outcome of run) {
      const told = this.#settle(outcome);
      if (told !== undefined) await told;
      // The rows that were taken still get their outcomes.
      if (lost.isLost(outcome.error)) this.#stop(run, "the relay cannot be reached");
      else if (state?.failure !== undefined) this.#stop(run, "the resume file cannot be written");
    }
    if (state?.failure !== undefined) throw state.failure;
    return this.#complete && !this.#stopped;
  }

  #stop(run: { stop(): void }, why: string): void {
    if (!this.#stopped) this.#parts.output.note(`envoi: ${why}, so no more rows are taken`);
    this.#stopped = true;
    run.stop();
  }

  async *#items(signal: AbortSignal): AsyncGenerator<{ message: Message; tag: UnderWay }> {
    const { mails, state, pacer } = this.#parts;
    for await (const rows of mails.rows()) {
      for (const row of rows) {
        if (signal.aborted || this.#stopped) return;
        const key = mails.keyOf(row);
        const earlier = state?.of(row.line, key);
        const left = recipientsLeft(earlier, this.#parts.unknownAgain);
        if (left === undefined) {
          const told = this.#skip(row, key, earlier as RowState);
          if (told !== undefined) await told;
          continue;
        }
        const { message, problem } = mails.mailOf(row, left);
        if (message === undefined) {
          await this.#notBuilt(row, key, problem ?? "");
          continue;
        }
        const turn = pacer?.turn(signal);
        if (turn !== undefined) await turn;
        if (signal.aborted || this.#stopped) return;
        const { messageId } = message;
        const tag = { line: row.line, key, messageId, earlier };
        if (state !== undefined) this.#tags.set(message, tag);
        yield { message, tag };
      }
    }
    this.#complete = true;
  }

  /** An earlier run has the outcome of a row. What is unknown is told again. */
  #skip(
    { line }: DataRow,
    key: string | undefined,
    { outcome, messageId }: RowState,
  ): Promise<void> | undefined {
    const known = outcome === "begun" ? "unknown" : outcome;
    this.#parts.totals.add(known, true);
    if (known !== "unknown") return undefined;
    const problem = "an earlier run ended before its outcome was known; --unknown again sends it again";
    return this.#parts.output.mail({ line, key, outcome: known, messageId, problem });
  }

  #notBuilt({ line }: DataRow, key: string | undefined, problem: string): Promise<void> | undefined {
    this.#parts.totals.add("not-built");
    return this.#parts.output.mail({ line, key, outcome: "not-built", problem });
  }

  #settle({ tag, report, error }: SendOutcome<UnderWay>): Promise<void> | undefined {
    const { state, totals, output, unknownAgain } = this.#parts;
    const { line, key, messageId, earlier } = tag;
    const all = report ?? reportOf(error);
    const after = stateAfter(earlier, unknownAgain, { report: all, error });
    state?.settle(line, after);
    const outcome = after.outcome === "begun" ? "unknown" : after.outcome;
    totals.add(outcome);
    return output.mail({ line, key, outcome, messageId, report: all, error });
  }
}
