import type { Finding } from "../inquiry.ts";
import type { MacroString } from "./macro-string.ts";
import type { SpfCode, SpfResult } from "./spf-verdict.ts";

/** What the evaluation of one record came to. */
export interface SpfOutcome {
  readonly result: SpfResult;
  readonly code: SpfCode;
  readonly reason: string;
  readonly advice?: string | undefined;
  /** The text of the mechanism that matched. */
  readonly mechanism?: string | undefined;
  /** Where the explanation of a fail is, and the domain whose record says so. */
  readonly explanation?: { readonly target: MacroString; readonly domain: string } | undefined;
}

/** Ends an evaluation with an error of SPF; it never leaves `spf/`. */
export class SpfProblem extends Error {
  readonly outcome: SpfOutcome;

  /** An outcome that no mechanism can change. */
  constructor(outcome: SpfOutcome) {
    super(outcome.reason);
    this.outcome = outcome;
  }
}

/** The permanent error that a record causes, and what its owner should change. */
export function permanent(code: SpfCode, reason: string, advice?: string): SpfProblem {
  return new SpfProblem({ result: "permerror", code, reason, advice });
}

/** The temporary error for a question that was not answered. */
export function temporary({ code, reason }: Finding<never> & { outcome: "temporary" }): SpfProblem {
  return new SpfProblem({ result: "temperror", code, reason });
}
