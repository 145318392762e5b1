/** An address, or a domain, that gets no mail. */
export interface Suppression {
  /** The address in small letters; or all of a domain, as `@example.org`. */
  readonly address: string;
  /** The tenant whose mail it does not get; the empty string for that of all. */
  readonly tenant: string;
  /** Why. */
  readonly reason: SuppressionReason;
  /** More about it, such as the diagnostic of a bounce. */
  readonly detail?: string | undefined;
  /** Since when. */
  readonly created: Date;
  /** Until when; absent if for good. */
  readonly expires?: Date | undefined;
}

/**
 * Why an address gets no mail: it bounced for good; it bounced too often for now; its owner complained; its owner
 * unsubscribed; somebody decided so.
 */
export type SuppressionReason = "bounce" | "soft-bounces" | "complaint" | "unsubscribe" | "manual";

/** The reasons. */
export const suppressionReasons: readonly SuppressionReason[] = [
  "bounce",
  "soft-bounces",
  "complaint",
  "unsubscribe",
  "manual",
];
