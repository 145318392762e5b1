import { AssertionError } from "node:assert";
import { EnvoiError } from "../../errors.ts";
import { abortSignal, milliseconds, wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReaders, readOptions } from "../../text/options/option-reader.ts";
import { type CapturedMessage, type MessageMatch, matches, readMatch, summary } from "./captured-message.ts";
import type { CapturedMessages } from "./captured-messages.ts";

/** How long a call waits. */
export interface WaitOptions {
  /** The time in milliseconds; by default the option `waitTimeout` of the server (2000). */
  readonly timeout?: number;
  /** Ends the wait with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/**
 * The messages of a TestServer: all of them, or those to one recipient. Each inbox remembers which messages its waits
 * have returned, so tests can share a server if each has its own recipients.
 *
 * @example
 * ```ts
 * const inbox = server.inbox("jo@signup.test");
 * await signUp("jo@signup.test");
 * const [welcome, confirm] = await inbox.waitForMessages(2);
 * await inbox.expectNoMessage(50);
 * ```
 */
export class Inbox {
  readonly #caught: CapturedMessages;
  readonly #holds: (message: CapturedMessage) => boolean;
  /** The messages that a wait has returned. The next wait returns others. */
  readonly #returned = new WeakSet<CapturedMessage>();
  #cleared = new WeakSet<CapturedMessage>();
  readonly #timeout: number;

  /**
   * @param holds whether a message belongs to this inbox. @param timeout how long waits last by default, in
   * milliseconds.
   */
  constructor(
    caught: CapturedMessages,
    holds: (message: CapturedMessage) => boolean,
    timeout: number = WAIT_TIMEOUT,
  ) {
    this.#caught = caught;
    this.#holds = holds;
    this.#timeout = timeout;
  }

  /** The messages that have arrived so far, oldest first. */
  get messages(): readonly CapturedMessage[] {
    return this.#caught.messages.filter((message) => this.#has(message));
  }

  /** Forgets the messages so far. Other inboxes keep them. */
  clear(): void {
    for (const message of this.messages) this.#cleared.add(message);
  }

  /**
   * The oldest message that matches and that no earlier call has returned, as soon as it is there. Without `match`, any
   * message.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists the messages that arrived; of kind `"closed"` if the server is
   * closed before; the reason of the signal if it is aborted.
   */
  async waitForMessage(match: MessageMatch = {}, options: WaitOptions = {}): Promise<CapturedMessage> {
    const [message] = await this.waitForMessages(1, match, options);
    return message as CapturedMessage;
  }

  /**
   * The oldest `count` messages that match and that no earlier call has returned, as soon as all are there. If they do
   * not arrive in time, none of them counts as returned.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists the messages that arrived; of kind `"closed"` if the server is
   * closed before; the reason of the signal if it is aborted.
   */
  async waitForMessages(
    count: number,
    match: MessageMatch = {},
    options: WaitOptions = {},
  ): Promise<readonly CapturedMessage[]> {
    const wanted = wholeNumber(0)(count, "count");
    const { timeout = this.#timeout, signal } = readOptions(options, waitOptions);
    const { found, end } = await this.#await(wanted, match, timeout, signal, (messages) => {
      for (const each of messages) this.#returned.add(each);
    });
    if (end === undefined) return found;
    throw this.#missing(end === "closed" ? end : timeout, count, found.length);
  }

  /**
   * Checks for `ms` milliseconds that no message matches, apart from those that a call has returned. Resolves at once
   * if the server is closed. A message that it finds does not count as returned.
   *
   * @throws AssertionError that names the message; the reason of the signal if it is aborted.
   */
  async expectNoMessage(
    ms: number,
    match: MessageMatch = {},
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const timeout = milliseconds(0)(ms, "ms");
    const { signal } = readOptions(options, { signal: abortSignal });
    const {
      found: [message],
    } = await this.#await(1, match, timeout, signal, () => {});
    if (message === undefined) return;
    const text = `expected no message within ${ms} ms, but there is ${summary(message)}`;
    throw new AssertionError({ message: text, actual: summary(message), expected: undefined });
  }

  /**
   * Waits for `count` messages that match and that no call has returned. Resolves with fewer, and the reason, if no
   * more arrive. `take` is called with them before anything else can happen.
   */
  #await(
    count: number,
    match: MessageMatch,
    timeout: number,
    signal: AbortSignal | undefined,
    take: (messages: readonly CapturedMessage[]) => void,
  ): Promise<Awaited> {
    readMatch(match);
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      let found: CapturedMessage[] = [];
      let settled = false;
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        unobserve();
        settled = true;
        act();
      };
      const caught = (message: CapturedMessage): void => {
        try {
          if (this.#isNew(message, match)) found.push(message);
        } catch (error) {
          // The function of the test threw: the test must get the error, not the client.
          settle(() => reject(error));
          return;
        }
        if (found.length >= count) found = found.filter((each) => !this.#returned.has(each));
        if (found.length < count) return;
        take(found);
        settle(() => resolve({ found, end: undefined }));
      };
      const aborted = (): void => settle(() => reject(signal?.reason));
      const closed = (): void => settle(() => resolve({ found, end: "closed" }));
      // Unlike other timers this one keeps the process alive, because the test waits for it.
      const timer = setTimeout(() => settle(() => resolve({ found, end: "timeout" })), timeout);
      signal?.addEventListener("abort", aborted);
      const unobserve = this.#caught.observe({ caught, closed });
      if (count <= 0) settle(() => resolve({ found: [], end: undefined }));
      for (const message of this.#caught.messages) {
        if (settled) return;
        caught(message);
      }
      if (!settled && this.#caught.closed) closed();
    });
  }

  #has(message: CapturedMessage): boolean {
    return !this.#cleared.has(message) && this.#holds(message);
  }

  #isNew(message: CapturedMessage, match: MessageMatch): boolean {
    return this.#has(message) && !this.#returned.has(message) && matches(message, match);
  }

  /** The error for messages that did not arrive: within `end` milliseconds, or before the server was closed. */
  #missing(end: number | "closed", wanted: number, found: number): EnvoiError {
    const { messages } = this;
    const list = messages.map((message) => {
      return `\n  ${summary(message)}${this.#returned.has(message) ? ", returned before" : ""}`;
    });
    const left = list.length > LISTED ? `\n  (the newest ${LISTED})` : "";
    const arrived =
      list.length === 0 ? "none arrived" : `${list.length} arrived:${left}${list.slice(-LISTED).join("")}`;
    const { dropped } = this.#caught;
    const forgotten = dropped === 0 ? "" : `; ${dropped} older ones are no longer kept (see the option keep)`;
    const what = wanted === 1 ? "no such message" : `${found} of ${wanted} such messages`;
    const when = end === "closed" ? "before the server was closed" : `within ${end} ms`;
    return new EnvoiError(`${what} ${when}; ${arrived}${forgotten}`, {
      kind: end === "closed" ? "closed" : "timeout",
      // The mail did not arrive; it may arrive later.
      delivery: "not-sent",
      transient: true,
      permanent: false,
    });
  }
}

const waitOptions: OptionReaders<WaitOptions> = { timeout: milliseconds(0), signal: abortSignal };

/** The result of a wait. */
interface Awaited {
  readonly found: readonly CapturedMessage[];
  readonly end: "timeout" | "closed" | undefined;
}

/** How long a wait lasts by default, in milliseconds. */
const WAIT_TIMEOUT = 2000;

/** How many messages the error about a missing one lists. */
const LISTED = 20;
