import { randomUUID } from "node:crypto";
import { callersMistake, EnvoiError } from "../errors.ts";
import type { Reply } from "../protocol/reply.ts";
import type { ReceivedEnvelope } from "../protocol/server/envelope.ts";
import type { ContentVerdict } from "../protocol/server/event.ts";
import { ContentStream } from "./content-stream.ts";
import { formatReceived } from "./received.ts";
import type { Session } from "./session.ts";

/** What a Received field tells, beside the envelope. */
export interface ReceivedFacts {
  readonly session: Session;
  readonly hostname: string;
}

/** The receiving of one message: its content on the way to the hook, and what the hook makes of it. */
export class Reception {
  readonly #content: ContentStream = new ContentStream();
  readonly #verdict: Promise<ContentVerdict>;

  /** `take` is given the content, with a Received field in front where one is wanted. */
  constructor(
    envelope: ReceivedEnvelope,
    take: (content: AsyncIterable<Buffer>) => Promise<ContentVerdict>,
    received: ReceivedFacts | undefined,
  ) {
    const content = this.#content;
    if (received !== undefined) {
      const receipt = { ...received, envelope, id: randomUUID(), date: new Date() };
      // It is far too short for the reader to have to be waited for.
      void content.push(Buffer.from(formatReceived(receipt)));
    }
    this.#verdict = take(content).finally(() => content.abandon());
  }

  /** Hands on a piece; to be waited for where a promise comes back. */
  push(piece: Buffer): Promise<void> | undefined {
    return this.#content.push(piece);
  }

  /** The content has ended, well or with a problem; what the hook made of it. */
  async finish(problem: Reply | undefined): Promise<ContentVerdict> {
    if (problem === undefined) this.#content.end();
    else this.#content.fail(notWhole(problem));
    return this.#verdict;
  }

  /** The client has given the message up. The hook has to be done with one message before it is given the next. */
  async abandon(): Promise<void> {
    this.#content.fail(givenUp());
    await this.#verdict;
  }

  /** The connection is gone. */
  async cut(): Promise<void> {
    this.#content.fail(lost());
    await this.#verdict;
  }
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
