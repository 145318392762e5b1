import type { StoredMail } from "./stored-mail.ts";

/** What happened in the store. */
export type StoreEvent =
  /** A mail arrived, or is back after it was deleted. */
  | { readonly type: "new"; readonly mail: StoredMail; readonly isBack?: true }
  /** The tags of these mails changed, or whether they are read. */
  | { readonly type: "update"; readonly mails: readonly StoredMail[] }
  /** Somebody deleted these mails. */
  | { readonly type: "delete"; readonly mails: readonly StoredMail[] }
  /** These mails were the oldest, and forgotten to make room. */
  | { readonly type: "prune"; readonly mails: readonly StoredMail[] }
  /** All mails were deleted. */
  | { readonly type: "truncate"; readonly mails: readonly StoredMail[] };

/** Is called at each event, before anything else happens: it must not throw, and must be quick. */
export type StoreListener = (event: StoreEvent) => void;
