import { callersMistake, EnvoiError } from "../../errors.ts";
import type { Clock } from "../../net/clock.ts";
import type { Deadline } from "../../net/deadline.ts";
import { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import { localError } from "../hooks/local-error.ts";
import { StoredAnywayError } from "../hooks/stored-anyway-error.ts";
import { ContentStream } from "./content-stream.ts";

/** How long a message waits: the same for all messages of a connection. */
export interface Patience {
  readonly clock: Clock;
  /** Calls {@link Reception.giveUp}. */
  readonly deadline: Deadline;
  /** For a reader to take one piece of content, in milliseconds. */
  readonly reader: number;
  /** For the hook to begin to read, or to answer, in milliseconds. */
  readonly hook: number;
  /** Called if the hook takes longer. Returns the reason. */
  readonly expire: () => EnvoiError;
  /** Called with an error of which the host application must know. */
  readonly report: (error: EnvoiError) => void;
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
  /** Whether the hook or its reader was too slow. Then the message is refused, whatever the hook returns. */
  #late = false;
  /** Ends the waiting of the connection. */
  #resume: (() => void) | undefined;

  readonly #envelope: ReceivedEnvelope;

  /** The hook gets `head`, if there is one, before the content. */
  constructor(envelope: ReceivedEnvelope, ask: AskHook, patience: Patience, head?: Buffer) {
    this.#envelope = envelope;
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
    return this.#late ? localError : await this.#verdict;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#look();
    });
  }

  /**
   * Lets the connection go on if it need not wait any longer. Otherwise the reader must take a piece, or the hook begin
   * to read or answer, before the timeout.
   */
  #look(): void {
    const resume = this.#resume;
    if (resume === undefined) return;
    const { clock, deadline, reader, hook } = this.#patience;
    const { reading, behind } = this.#content;
    if (this.#late || (this.#finished ? this.#judged && !reading : !behind)) {
      this.#resume = undefined;
      deadline.clear();
      resume();
    } else deadline.set(clock.now() + (reading ? reader : hook));
  }

  /** The deadline has passed: the reader gets an error, and the client a refusal. The hook may succeed all the same. */
  giveUp(): void {
    const { reader, expire, report } = this.#patience;
    const error = this.#content.reading ? readerTooSlow(reader) : expire();
    this.#late = true;
    this.#content.giveUp(error);
    this.#look();
    report(error);
    if (this.#judged) return;
    void this.#verdict.then((verdict) => {
      if (isAcceptance(verdict)) report(new StoredAnywayError(this.#envelope, localError));
    });
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

/** Whether the message was accepted for a recipient. */
function isAcceptance(verdict: ContentVerdict): boolean {
  if (verdict === undefined || verdict instanceof Reply) return verdict?.positive !== false;
  return verdict.some((reply) => reply?.positive !== false);
}

function readerTooSlow(ms: number): EnvoiError {
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
