import { Envelope } from "../../address/envelope.ts";
import { Failure } from "../../protocol/failure.ts";
import { SmtpError } from "../../protocol/send-error.ts";
import { sendReport } from "../../protocol/send-report.ts";
import { abortSignal, duration } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import { onAbort } from "../abort-signal.ts";
import type { LoginTurns } from "./login/login-turns.ts";
import { type ServerInfo, serverInfo } from "./session/server-info.ts";
import { openSession } from "./session/session.ts";
import { Opening } from "./session/session-opening.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import type { Cancellation } from "./submission/cancellation.ts";
import { aborted, closed, late } from "./submission/cancellation-reasons.ts";

/** The options of `testConnection`. */
export interface TestConnectionOptions {
  /** Cancels the test. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the whole test may take; by default the deadline of the builder, or 120 s without one. */
  readonly deadline?: number | undefined;
}

const readers: OptionReaders<TestConnectionOptions> = { signal: abortSignal, deadline: duration() };

/** The running tests of a transport, each on a connection of its own. */
export class ConnectionTests {
  readonly #options: SmtpOptions;
  readonly #turns: LoginTurns;
  readonly #running: Map<Cancellation, Promise<unknown>> = new Map();
  #closed = false;

  constructor(options: SmtpOptions, turns: LoginTurns) {
    this.#options = options;
    this.#turns = turns;
  }

  /** @throws SmtpError, once the connection is closed. */
  async run(options: TestConnectionOptions = {}): Promise<ServerInfo> {
    const { signal, deadline = this.#options.deadline ?? LIMIT } = readOptions(options, readers);
    if (this.#closed) throw failed(closed("queue"));
    if (signal?.aborted) throw failed(aborted("test", signal)("queue"));
    // The caller needs the server's current answer.
    const opening = new Opening({ insists: true });
    const { cancellation } = opening;
    const timer = this.#options.clock.timer(
      deadline,
      () => cancellation.cancel(late("test", deadline)),
      true,
    );
    const forget = signal && onAbort(signal, () => cancellation.cancel(aborted("test", signal)));
    const test = ask(this.#options, opening, this.#turns);
    this.#running.set(cancellation, test);
    try {
      return await test;
    } catch (error) {
      throw error instanceof Failure ? failed(error) : error;
    } finally {
      this.#running.delete(cancellation);
      timer.cancel();
      forget?.();
    }
  }

  /** Starts no more tests, and waits for those that run. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running.values());
  }

  /** Ends the tests that run. */
  breakOff(): void {
    for (const cancellation of this.#running.keys()) cancellation.cancel(closed);
  }
}

/** The default deadline in milliseconds. */
const LIMIT = 120_000;

async function ask(options: SmtpOptions, opening: Opening, turns: LoginTurns): Promise<ServerInfo> {
  const goodbyes: Promise<void>[] = [];
  try {
    const session = await openSession(options, opening, turns, (goodbye) => goodbyes.push(goodbye));
    turns.verdicts.lift();
    // The result is known: the caller need not wait for the reply to QUIT.
    opening.cancellation.during(() => session.cut());
    await session.close();
    return serverInfo(session, options);
  } finally {
    await Promise.all(goodbyes);
  }
}

/** Like the error of a send, but without a mail: its report has no recipients. */
function failed(failure: Failure): SmtpError {
  return new SmtpError(failure, sendReport({ envelope: Envelope.none, recipients: [] }));
}
