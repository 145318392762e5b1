/** What a mail that came back says about a mail that was sent. */
export interface Feedback {
  /**
   * - `"bounce"`: at least one recipient did not get the mail, and the server has given up.
   * - `"delay"`: a server still tries; nobody has to do anything.
   * - `"complaint"`: a recipient called the mail spam, fraud or the like.
   * - `"auto-reply"`: a program answered for the recipient, such as an absence notice.
   * - `"none"`: none of these. A delivery report that tells of success has recipients all the same.
   */
  readonly type: "bounce" | "delay" | "complaint" | "auto-reply" | "none";
  /**
   * What form it had: a delivery report (RFC 3464), a feedback report (RFC 5965), the header of an automatic reply (RFC
   * 3834), a text for people, or anything else.
   */
  readonly source: "delivery-status" | "feedback-report" | "automatic-reply" | "text" | "other";
  /** Those that it is about. For an automatic reply, the author of it. */
  readonly recipients: readonly FeedbackRecipient[];
  /** The Message-ID of the mail that was sent, with its angle brackets. */
  readonly messageId?: string | undefined;
  /** ENVID of the mail that was sent, as the report repeats it. */
  readonly envelopeId?: string | undefined;
  /** The addresses that this mail was sent to, by its header. One of them may be a {@link BounceAddress}. */
  readonly sentTo: readonly string[];
  /** What the complaint is, in the words of the report, such as `"abuse"`. */
  readonly complaint?: string | undefined;
  /** The name of the host that reports. */
  readonly reportingMta?: string | undefined;
}

/** One recipient of a mail that was sent, and what became of the mail there. */
export interface FeedbackRecipient {
  /**
   * The address, its domain in A-labels. It is text as the report has it if that is not an address. A server may have
   * forwarded the mail, so it may be an address that you do not know.
   */
  readonly address: string;
  /** The address that the mail was sent to, if the report tells it apart (ORCPT). */
  readonly originalAddress?: string | undefined;
  /** What the server did with the mail; absent in complaints and automatic replies. */
  readonly action?: DeliveryAction | undefined;
  /** The enhanced status code (RFC 3463), such as `5.1.1`; absent if none was told. */
  readonly status?: string | undefined;
  /** The code of the SMTP reply, such as 550; absent if none was told. */
  readonly code?: number | undefined;
  /** What the server said, in one line of at most 1,000 characters, without the type before it. */
  readonly diagnostic?: string | undefined;
  /** The host that said it. */
  readonly remoteMta?: string | undefined;
  /**
   * Only if the mail failed: `"hard"` if the address is bad for every mail (no such mailbox, no such domain, disabled);
   * `"soft"` if it may take another mail later (a full mailbox, a refused content, a time that ran out).
   */
  readonly severity?: "hard" | "soft" | undefined;
}

/** What a server did with a mail (RFC 3464 section 2.3.3). */
export type DeliveryAction = "failed" | "delayed" | "delivered" | "relayed" | "expanded";
