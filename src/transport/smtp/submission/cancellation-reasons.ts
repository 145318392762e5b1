import { Failure } from "../../../protocol/failure.ts";
import type { CancellationReason } from "./cancellation.ts";

/** The transport is closed by force, or was closed before. */
export const closed: CancellationReason = (phase) =>
  new Failure({ kind: "closed", phase, message: "the transport has been closed" });

/** The signal of the caller has aborted a send, or a test. */
export function aborted(what: "send" | "test", signal: AbortSignal): CancellationReason {
  return (phase) =>
    new Failure({ kind: "aborted", phase, message: `the ${what} was aborted`, cause: signal.reason });
}

/** A send or a test has taken longer than `limit` milliseconds. */
export function late(what: "send" | "test", limit: number): CancellationReason {
  const message = `the ${what} was not done within its deadline of ${limit} ms`;
  return (phase) => new Failure({ kind: "timeout", phase, message });
}
