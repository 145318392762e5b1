import type { Dialogue, Write } from "../../protocol/dialogue.ts";
import type { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";
import type { Reply } from "../../protocol/reply.ts";

/** Takes the steps of a dialogue. What one of these functions throws is thrown into the dialogue. */
export interface StepTaker {
  /** Returns the next reply, or `undefined` if it must be waited for. */
  read(phase: Phase): Reply | undefined;
  /** Writes; returns a promise if that takes time. */
  write(step: Write): Promise<void> | undefined;
  derive(work: () => Promise<void>, phase: Phase): Promise<void>;
  /** The failure that an error means. */
  failureOf(error: unknown): Failure;
  /** Called at the end of the dialogue, before its promise is settled. */
  finished(): void;
}

/** A dialogue that is being played, and the promise of its end. */
export class PlayedDialogue<T = unknown> {
  readonly #dialogue: Dialogue<T>;
  readonly #taker: StepTaker;
  readonly #resolve: (value: T) => void;
  readonly #reject: (failure: Failure) => void;

  constructor(
    dialogue: Dialogue<T>,
    taker: StepTaker,
    resolve: (value: T) => void,
    reject: (failure: Failure) => void,
  ) {
    this.#dialogue = dialogue;
    this.#taker = taker;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /**
   * Takes steps until one must be waited for: then this is called again. A reply resumes the dialogue at once, without
   * a promise, because every mail waits for one.
   *
   * @param failure what to throw into the dialogue, instead of resuming it with `reply`
   */
  goOn(reply?: Reply, failure?: Failure): void {
    const taker = this.#taker;
    try {
      const value = this.#play(reply, failure);
      if (value === waits) return;
      taker.finished();
      this.#resolve(value);
    } catch (error) {
      const thrown = taker.failureOf(error);
      taker.finished();
      this.#reject(thrown);
    }
  }

  #play(reply: Reply | undefined, failure: Failure | undefined): T | typeof waits {
    const dialogue = this.#dialogue;
    const taker = this.#taker;
    let step = failure === undefined ? dialogue.next(reply) : dialogue.throw(failure);
    while (step.done !== true) {
      const { value } = step;
      let heard: Reply | undefined;
      try {
        if ("read" in value) {
          heard = taker.read(value.read);
          if (heard === undefined) return waits;
        } else {
          const work = "write" in value ? taker.write(value) : taker.derive(value.derive, value.phase);
          if (work !== undefined) {
            work.then(
              () => this.goOn(),
              (error) => this.goOn(undefined, taker.failureOf(error)),
            );
            return waits;
          }
        }
      } catch (error) {
        step = dialogue.throw(taker.failureOf(error));
        continue;
      }
      step = dialogue.next(heard);
    }
    return step.value;
  }
}

const waits: unique symbol = Symbol("waits");
