import { EnvoiError } from "../../errors.ts";
import type { Clock } from "../../net/clock.ts";
import { Deadline } from "../../net/deadline.ts";

/** Limits how long a connection waits for a hook. Of several at a time only the last is limited. */
export class HookTimer {
  /** How long a hook may take, in milliseconds. */
  readonly ms: number;
  readonly #clock: Clock;
  readonly #deadline: Deadline;
  #expire: (() => void) | undefined;

  constructor(clock: Clock, ms: number) {
    this.ms = ms;
    this.#clock = clock;
    this.#deadline = new Deadline(clock, () => this.#expire?.());
  }

  /** Waits for the answer of a hook, or resolves with what `late` returns. */
  limit<T>(answer: Promise<T>, late: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        if (this.#expire === expire) {
          this.#expire = undefined;
          this.#deadline.clear();
        }
        // Has no effect after the first time.
        settle();
      };
      const expire = () => end(() => resolve(late()));
      this.#expire = expire;
      this.#deadline.set(this.#clock.now() + this.ms);
      answer.then(
        (value) => end(() => resolve(value)),
        (error: unknown) => end(() => reject(error)),
      );
    });
  }

  /** No hook is waited for any more. */
  stop(): void {
    this.#deadline.stop();
  }
}

/** The error for a hook that has not answered for `ms` milliseconds. */
export function hookTooSlow(hook: string, ms: number): EnvoiError {
  return new EnvoiError(`the hook ${hook} has not answered for ${ms} ms`, {
    kind: "timeout",
    delivery: "not-sent",
    transient: true,
    permanent: false,
  });
}
