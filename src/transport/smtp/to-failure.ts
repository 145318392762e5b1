import { EnvoiError, reasonOf } from "../../errors.ts";
import { Failure } from "../../protocol/failure.ts";
import type { Phase } from "../../protocol/phase.ts";

/** What an error is as a Failure: itself if it is one, else one of the phase in which it was thrown. */
export function failureOf(error: unknown, phase: Phase): Failure {
  if (error instanceof Failure) return error;
  const { kind, permanent } = EnvoiError.is(error) ? error : { kind: "content" as const, permanent: false };
  return new Failure({ kind, phase, message: reasonOf(error), cause: error, permanent });
}
