import { randomUUID } from "node:crypto";
import { callersMistake, EnvoiError } from "../../errors.ts";
import type { Clock } from "../../net/clock.ts";
import type { Deadline } from "../../net/deadline.ts";
import { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import type { Session } from "../connection/session.ts";
import { ContentStream } from "./content-stream.ts";
import { formatReceived } from "./received.ts";

/** What a Received field says besides the envelope. */
export interface ReceivedFacts {
  readonly session: Session;
  readonly hostname: string;
}

/** How long a reader may take for one piece of content. */
export interface Patience {
  readonly clock: Clock;
  /** Calls {@link Reception.giveUp}. One for all messages of a connection. */
  readonly deadline: Deadline;
  /** Milliseconds. */
  readonly ms: number;
  /** Called if the reader takes longer. */
  readonly stalled: (error: EnvoiError) => void;
}

/** Receives one message: passes its content to the hook, and waits for the verdict. */
export class Reception {
  readonly #content: ContentStream = new ContentStream();
  readonly #verdict: Promise<ContentVerdict>;
  readonly #patience: Patience;
  /** Whether the reader has stopped reading. Then the message is refused, whatever the hook returns. */
  #stalled = false;
  /** Refuses the message, if the connection waits for the verdict. */
  #refuse: ((reply: Reply) => void) | undefined;

  /** @param take gets the content, after a Received field if `received` is given. */
  constructor(
    envelope: ReceivedEnvelope,
    take: (content: AsyncIterable<Buffer>) => Promise<ContentVerdict>,
    received: ReceivedFacts | undefined,
    patience: Patience,
  ) {
    this.#patience = patience;
    if (received !== undefined) {
      const { session, hostname } = received;
      const receipt = { session, hostname, envelope, id: randomUUID(), date: new Date() };
      // It is short, so the client need not wait for the reader.
      this.#content.push(Buffer.from(formatReceived(receipt)));
    }
    this.#verdict = this.#ask(take);
  }

  async #ask(take: (content: ContentStream) => Promise<ContentVerdict>): Promise<ContentVerdict> {
    try {
      return await take(this.#content);
    } finally {
      this.#content.release();
    }
  }

  /** Passes a piece on. If it returns a promise, the caller must wait for it. */
  push(piece: Buffer): Promise<void> | undefined {
    const content = this.#content;
    content.push(piece);
    return content.behind ? this.#wait(() => content.behind) : undefined;
  }

  /**
   * The content has ended, complete or with a problem. Resolves with the verdict of the hook, when the hook and a
   * reader that still reads are done.
   */
  finish(problem: Reply | undefined): Promise<ContentVerdict> {
    if (problem === undefined) this.#content.end();
    else this.#content.fail(notWhole(problem));
    if (this.#stalled) return Promise.resolve(localError);
    return new Promise((resolve, reject) => {
      this.#refuse = resolve;
      this.#ended().then(resolve, reject);
    });
  }

  async #ended(): Promise<ContentVerdict> {
    const reading = () => this.#content.reading && this.#content.failure === undefined;
    if (reading()) await this.#wait(reading);
    const verdict = await this.#verdict;
    if (reading()) await this.#wait(reading);
    return verdict;
  }

  /** Waits while the reader is behind. Once it has begun, it must take a piece before the timeout. */
  async #wait(behind: () => boolean): Promise<void> {
    const { clock, deadline, ms } = this.#patience;
    while (behind()) {
      deadline.set(clock.now() + ms);
      await this.#content.moved();
      deadline.clear();
    }
  }

  /** The deadline has passed: a reader that has begun gets an error, and the client a refusal. */
  giveUp(): void {
    if (!this.#content.reading) return;
    const error = tooSlow(this.#patience.ms);
    this.#content.giveUp(error);
    this.#stalled = true;
    this.#refuse?.(localError);
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
