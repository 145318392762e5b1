import type { EnvoiError } from "../../errors.ts";
import type { ServerSocket } from "../../net/server/server-socket.ts";
import type { Reply } from "../../protocol/reply.ts";
import { HookTimer, hookTooSlow } from "../hooks/hook-timer.ts";
import type { HookContext } from "../hooks/hooks.ts";
import { localError } from "../hooks/local-error.ts";
import type { Judgement } from "../hooks/policy.ts";
import { hookTimedOut } from "../observer/refusals-of-connection.ts";
import type { ServerContext } from "./server-context.ts";

/** The calls of one connection to the hooks: what each gets, and how long it may take. */
export class HookCalls {
  readonly #host: ServerContext;
  readonly #socket: ServerSocket;
  readonly #context: () => HookContext;
  readonly #timer: HookTimer;

  /** `context` is what is known of the connection when a hook is called. */
  constructor(host: ServerContext, socket: ServerSocket, context: () => HookContext) {
    this.#host = host;
    this.#socket = socket;
    this.#context = context;
    this.#timer = new HookTimer(host.clock, host.resolved.timeouts.hook);
  }

  /** What the next hook gets. */
  get context(): HookContext {
    return this.#context();
  }

  /** Acts on a judgement: at once if it is there, so that only hooks cost a turn of the event loop. */
  decide<T>(
    hook: string,
    judgement: Judgement<T | Reply>,
    act: (verdict: T | Reply) => Promise<void> | void,
  ): Promise<void> | undefined {
    if (judgement instanceof Promise) return this.inTime(hook, judgement).then(act);
    return act(judgement) ?? undefined;
  }

  /** What a hook answers, or 451 if it takes too long. */
  inTime<T>(hook: string, answer: Promise<T>): Promise<T | Reply> {
    return this.limit<T | Reply>(hook, answer, () => localError);
  }

  /** What a hook answers, or if it takes too long what `late` returns. */
  limit<T>(hook: string, answer: Promise<T>, late: () => T): Promise<T> {
    return this.#timer.limit(answer, () => {
      this.report(this.expire(hook), hook);
      return late();
    });
  }

  /** What `answer` resolves to, or 451 if the connection is lost before: a message must not pass for that. */
  unlessLost<T>(answer: Promise<T>): Promise<T | Reply> {
    const { signal } = this.#socket;
    return new Promise((resolve, reject) => {
      const lost = () => resolve(localError);
      if (signal.aborted) return lost();
      signal.addEventListener("abort", lost, { once: true });
      answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", lost));
    });
  }

  /** Aborts the signal of a hook that takes too long. Returns the reason. */
  expire(hook: string): EnvoiError {
    const error = hookTooSlow(hook, this.#timer.ms);
    this.#host.observer.refused(this.#context().session, hookTimedOut(hook, this.#timer.ms));
    this.#socket.giveUp(error);
    return error;
  }

  /** Reports an error to the host application, whose text the client does not get. */
  report(error: unknown, hook: string): void {
    this.#host.policy.report(error, hook, this.#context().session);
  }

  /** No hook is waited for any more. */
  stop(): void {
    this.#timer.stop();
  }
}
