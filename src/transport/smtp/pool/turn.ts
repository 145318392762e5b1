import type { MailTransaction } from "../../../protocol/dialogues/transaction.ts";
import type { Failure } from "../../../protocol/failure.ts";
import type { Session } from "../session/session.ts";
import type { Submission } from "../submission.ts";
import type { Division } from "./division.ts";

/** A submission whose turn has come, or what is left of it. */
export interface Turn {
  readonly submission: Submission;
  /** There where one transaction does not take all its recipients. */
  division?: Division | undefined;
  /** Why it has to be tried a second time. */
  readonly retryOf?: Failure | undefined;
  /** It is being made ready already, for this session. */
  readonly prepared?: { readonly session: Session; readonly mail: Promise<MailTransaction> } | undefined;
}
