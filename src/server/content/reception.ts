import { callersMistake, EnvoiError } from "../../errors.ts";
import type { Clock } from "../../net/clock.ts";
import type { Deadline } from "../../net/deadline.ts";
import { Reply } from "../../protocol/reply.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import { ContentStream } from "./content-stream.ts";

/** How long a reader may take for one piece of content: the same for all messages of a connection. */
export interface Patience {
  readonly clock: Clock;
  /** Calls {@link Reception.giveUp}. */
  readonly deadline: Deadline;
  /** Milliseconds. */
  readonly ms: number;
  /** Called if the reader takes longer. */
  readonly stalled: (error: EnvoiError) => void;
}

/** Asks the hook for its verdict about a message. */
export type AskHook = (content: ContentStream) => Promise<ContentVerdict>;

/** Receives one message: passes its content to the hook, and waits for the verdict. */
export class Reception {
  readonly #content: ContentStream = new ContentStream(() => this.#look());
  readonly #patience: Patience;
  readonly #verdict: Promise<ContentVerdict>;
  /** Whether the hook is done. */
  #judged = false;
  /** Whether the connection has nothing more to pass on. */
  #finished = false;
  /** Whether the reader has stopped reading. Then the message is refused, whatever the hook returns. */
  #stalled = false;
  /** Ends the waiting of the connection. */
  #resume: (() => void) | undefined;

  /** The hook gets `head`, if there is one, before the content. */
  constructor(ask: AskHook, patience: Patience, head?: Buffer) {
    this.#patience = patience;
    // It is short, so the client need not wait for the reader.
    if (head !== undefined) this.#content.push(head);
    this.#verdict = ask(this.#content);
    const judged = () => this.#judge();
    this.#verdict.then(judged, judged);
  }

  #judge(): void {
    this.#judged = true;
    this.#content.release();
    this.#look();
  }

  /** Passes a piece on. If it returns a promise, the caller must wait for it. */
  push(piece: Buffer): Promise<void> | undefined {
    this.#content.push(piece);
    return this.#content.behind ? this.#wait() : undefined;
  }

  /**
   * The content has ended, complete or with a problem. Resolves with the verdict of the hook, when the hook and a
   * reader that still reads are done.
   */
  async finish(problem: Reply | undefined): Promise<ContentVerdict> {
    this.#finished = true;
    if (problem === undefined) this.#content.end();
    else this.#content.fail(notWhole(problem));
    await this.#wait();
    return this.#stalled ? localError : await this.#verdict;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#look();
    });
  }

  /**
   * Lets the connection go on if it need not wait any longer. A reader that it waits for must take a piece before the
   * timeout.
   */
  #look(): void {
    const resume = this.#resume;
    if (resume === undefined) return;
    const { clock, deadline, ms } = this.#patience;
    const { reading, behind } = this.#content;
    if (this.#stalled || (this.#finished ? this.#judged && !reading : !behind)) {
      this.#resume = undefined;
      deadline.clear();
      resume();
    } else if (reading) deadline.set(clock.now() + ms);
    else deadline.clear();
  }

  /** The deadline has passed: a reader that has begun gets an error, and the client a refusal. */
  giveUp(): void {
    if (!this.#content.reading) return;
    const error = tooSlow(this.#patience.ms);
    this.#stalled = true;
    this.#content.giveUp(error);
    this.#patience.stalled(error);
  }

  /** The client has aborted the message. The hook must end before it gets the next one. */
  async abandon(): Promise<void> {
    this.#content.fail(givenUp());
    await this.#verdict;
  }

  /** The connection is lost. */
  async cut(): Promise<void> {
    this.#content.fail(lost());
    await this.#verdict;
  }
}

const localError = Reply.of(451, "4.3.0", "Local error, try again later");

function tooSlow(ms: number): EnvoiError {
  const message = `the reader of the content has taken nothing for ${ms} ms`;
  return new EnvoiError(message, {
    kind: "timeout",
    delivery: "not-sent",
    transient: true,
    permanent: false,
  });
}

function lost(): EnvoiError {
  const message = "the connection ended before the message did";
  return new EnvoiError(message, { kind: "closed", delivery: "not-sent", transient: true, permanent: false });
}

function givenUp(): EnvoiError {
  const message = "the client has given the message up";
  return new EnvoiError(message, {
    kind: "aborted",
    delivery: "not-sent",
    transient: true,
    permanent: false,
  });
}

function notWhole(problem: Reply): EnvoiError {
  const kind = problem.code === 552 ? "too-large" : "protocol";
  return new EnvoiError(`the message has been refused: ${problem}`, { kind, ...callersMistake });
}
