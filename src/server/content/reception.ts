import { randomUUID } from "node:crypto";
import { callersMistake, EnvoiError } from "../../errors.ts";
import type { Clock } from "../../net/clock.ts";
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
  /** Resolves if the reader has stopped reading. Then the message is refused, whatever the hook returns. */
  readonly #stalled: Promise<Reply>;
  #stall!: (reply: Reply) => void;

  /** @param take gets the content, after a Received field if `received` is given. */
  constructor(
    envelope: ReceivedEnvelope,
    take: (content: AsyncIterable<Buffer>) => Promise<ContentVerdict>,
    received: ReceivedFacts | undefined,
    patience: Patience,
  ) {
    this.#patience = patience;
    this.#stalled = new Promise((resolve) => {
      this.#stall = resolve;
    });
    const content = this.#content;
    if (received !== undefined) {
      const receipt = { ...received, envelope, id: randomUUID(), date: new Date() };
      // It is short, so the client need not wait for the reader.
      content.push(Buffer.from(formatReceived(receipt)));
    }
    this.#verdict = take(content).finally(() => content.release());
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
  async finish(problem: Reply | undefined): Promise<ContentVerdict> {
    if (problem === undefined) this.#content.end();
    else this.#content.fail(notWhole(problem));
    return await Promise.race([this.#ended(), this.#stalled]);
  }

  async #ended(): Promise<ContentVerdict> {
    const reading = () => this.#content.reading && this.#content.failure === undefined;
    await this.#wait(reading);
    const verdict = await this.#verdict;
    await this.#wait(reading);
    return verdict;
  }

  /** Waits while the reader is behind. Once it has begun, it must take a piece before the timeout. */
  async #wait(behind: () => boolean): Promise<void> {
    const content = this.#content;
    const { clock, ms, stalled } = this.#patience;
    const giveUp = () => {
      if (!content.reading) return;
      const error = tooSlow(ms);
      content.giveUp(error);
      this.#stall(localError);
      stalled(error);
    };
    while (behind()) {
      const timer = clock.timer(ms, giveUp);
      await content.moved();
      timer.cancel();
    }
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
