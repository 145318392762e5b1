import { AssertionError } from "node:assert";
import { EnvoiError } from "../errors.ts";
import { OptionReader } from "../server/option-reader.ts";
import { type CapturedMessage, checkMatch, type MessageMatch, matches, summary } from "./captured-message.ts";
import type { Catch } from "./catch.ts";

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds; 2000. */
  readonly timeout?: number;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * The messages of a TestServer as somebody sees them: all of them, or those to one recipient. What a wait has returned
 * is remembered by each inbox for itself, so that tests with recipients of their own can share a server.
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
  readonly #caught: Catch;
  readonly #holds: (message: CapturedMessage) => boolean;
  /** The messages that a wait has returned: the next wait returns others. */
  readonly #returned = new WeakSet<CapturedMessage>();
  #cleared = new WeakSet<CapturedMessage>();

  /** The messages that `holds` says belong to it. */
  constructor(caught: Catch, holds: (message: CapturedMessage) => boolean) {
    this.#caught = caught;
    this.#holds = holds;
  }

  /** What has been caught so far, oldest first: a snapshot. */
  get messages(): readonly CapturedMessage[] {
    return this.#caught.messages.filter((message) => this.#has(message));
  }

  /** Forgets the messages so far; other inboxes still have them. */
  clear(): void {
    for (const message of this.messages) this.#cleared.add(message);
  }

  /**
   * The oldest message that is meant and that no earlier call has returned; any, where nothing is said.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists what did arrive; the reason of the signal, if it is aborted.
   */
  async waitForMessage(match: MessageMatch = {}, options: WaitOptions = {}): Promise<CapturedMessage> {
    const [message] = await this.waitForMessages(1, match, options);
    return message as CapturedMessage;
  }

  /**
   * The oldest `count` messages that are meant and that no earlier call has returned, once all of them are there. Where they are not
   * in time, none of them counts as returned.
   *
   * @throws EnvoiError of kind `"timeout"`, which lists what did arrive; the reason of the signal, if it is aborted.
   */
  waitForMessages(
    count: number,
    match: MessageMatch = {},
    options: WaitOptions = {},
  ): Promise<readonly CapturedMessage[]> {
    return new Promise((resolve, reject) => {
      const from = new OptionReader({ count, ...options }, "", ["count", "timeout", "signal"]);
      from.count("count", 1, 0);
      checkMatch(match);
      const { signal } = options;
      const timeout = from.milliseconds("timeout", 2000, 0);
      signal?.throwIfAborted();
      let found: CapturedMessage[] = [];
      const look = (message: CapturedMessage): void => {
        try {
          if (this.#isNew(message, match)) found.push(message);
        } catch (error) {
          // The test's own function threw: that is the test's to know, not the client's.
          settle(() => reject(error));
          return;
        }
        if (found.length >= count) found = found.filter((each) => !this.#returned.has(each));
        if (found.length < count) return;
        for (const each of found) this.#returned.add(each);
        settle(() => resolve(found));
      };
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        unwatch();
        settled = true;
        act();
      };
      let settled = false;
      const aborted = (): void => settle(() => reject(signal?.reason));
      // Unlike other timers this one keeps the process alive: the test waits for it.
      const timer = setTimeout(
        () => settle(() => reject(this.#tooLate(timeout, count, found.length))),
        timeout,
      );
      signal?.addEventListener("abort", aborted);
      const unwatch = this.#caught.watch(look);
      if (count <= 0) settle(() => resolve([]));
      for (const message of this.#caught.messages) {
        if (settled) return;
        look(message);
      }
    });
  }

  /**
   * Waits so many milliseconds for nothing: resolves if no message comes, or is there, that is meant and that no call has returned.
   *
   * @throws AssertionError which names the message; the reason of the signal, if it is aborted.
   */
  async expectNoMessage(
    ms: number,
    match: MessageMatch = {},
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const found = await this.waitForMessages(1, match, { ...options, timeout: ms }).catch((error) => {
      if (EnvoiError.is(error) && error.kind === "timeout") return [];
      throw error;
    });
    if (found[0] === undefined) return;
    const message = `expected no message within ${ms} ms, but there is ${summary(found[0])}`;
    throw new AssertionError({ message, actual: summary(found[0]), expected: undefined });
  }

  #has(message: CapturedMessage): boolean {
    return !this.#cleared.has(message) && this.#holds(message);
  }

  #isNew(message: CapturedMessage, match: MessageMatch): boolean {
    return this.#has(message) && !this.#returned.has(message) && matches(message, match);
  }

  #tooLate(timeout: number, wanted: number, found: number): EnvoiError {
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
    return new EnvoiError(`${what} within ${timeout} ms; ${arrived}${forgotten}`, {
      kind: "timeout",
      // The mail that was waited for has not come; it may still.
      delivery: "not-sent",
      transient: true,
      permanent: false,
    });
  }
}

/** So many messages are listed when the one that was waited for did not come. */
const LISTED = 20;
