import { EnvoiError } from "../errors.ts";
import { type CapturedMessage, type MessageMatch, matches, summary } from "./captured-message.ts";

/** How long to wait. */
export interface WaitOptions {
  /** Milliseconds; 2000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** What a TestServer has caught, and who waits for more of it. */
export class Catch {
  #messages: CapturedMessage[] = [];
  /** The messages that a wait has returned: the next wait returns others. */
  #returned = new WeakSet<CapturedMessage>();
  readonly #waiting = new Set<(message: CapturedMessage) => boolean>();

  /** A snapshot. */
  get messages(): readonly CapturedMessage[] {
    return [...this.#messages];
  }

  /** Adds a message, and gives it to whoever has waited longest for one like it. */
  add(message: CapturedMessage): void {
    this.#messages.push(message);
    for (const take of this.#waiting) {
      if (take(message)) return;
    }
  }

  /** Forgets the messages. */
  clear(): void {
    this.#messages = [];
  }

  /** The oldest message that is meant and that no wait has returned, once there is one. */
  wait(match: MessageMatch, { timeout = 2000, signal }: WaitOptions): Promise<CapturedMessage> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const take = (message: CapturedMessage): boolean => {
        if (this.#returned.has(message) || !matches(message, match)) return false;
        this.#returned.add(message);
        settle(() => resolve(message));
        return true;
      };
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", aborted);
        this.#waiting.delete(take);
        act();
      };
      const aborted = (): void => settle(() => reject(signal?.reason));
      // Unlike other timers this one keeps the process alive: the test waits for it.
      const timer = setTimeout(() => settle(() => reject(this.#tooLate(timeout))), timeout);
      signal?.addEventListener("abort", aborted);
      this.#waiting.add(take);
      for (const message of this.#messages) {
        if (take(message)) return;
      }
    });
  }

  #tooLate(timeout: number): EnvoiError {
    const count = this.#messages.length;
    const list = this.#messages.map((message) => {
      return `\n  ${summary(message)}${this.#returned.has(message) ? ", returned before" : ""}`;
    });
    const arrived = count === 0 ? "none arrived" : `${count} arrived:${list.slice(-20).join("")}`;
    const message = `no such message within ${timeout} ms; ${arrived}`;
    return new EnvoiError(message, {
      kind: "timeout",
      delivery: "unknown",
      transient: false,
      permanent: false,
    });
  }
}
