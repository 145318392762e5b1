/** What a finding means for the mail. */
export type AdviceSeverity = "error" | "warning" | "note";

/** Something that the sender of a message should know, and how to change it. */
export interface Advice {
  /**
   * - `"error"`: receivers will probably refuse the message or file it as spam.
   * - `"warning"`: it may pass now, but something is wrong or missing.
   * - `"note"`: nothing is wrong with the message.
   */
  readonly severity: AdviceSeverity;
  /** The check that it comes from. */
  readonly about: "spf" | "dkim" | "dmarc" | "arc";
  /** What is the case, in an English sentence. It quotes what senders wrote: escape it if you show it. */
  readonly what: string;
  /** What to change, in an English sentence; absent if nothing needs to be changed. */
  readonly remedy?: string | undefined;
}
