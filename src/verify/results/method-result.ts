/** A property of a result: where the thing that was checked is in the message or the session (RFC 8601 2.3). */
export interface ResultProperty {
  /** Where: `"smtp"`, `"header"`, `"body"` or `"policy"`, or a word of others. */
  readonly type: string;
  /** What there: `"mailfrom"`, `"d"`, `"from"`. */
  readonly property: string;
  /** Its value, without quoting. */
  readonly value: string;
}

/** The result of one method (RFC 8601 2.2). */
export interface MethodResult {
  /** `"spf"`, `"dkim"`, `"dmarc"`, `"arc"`, `"auth"` or another word; in lower case. */
  readonly method: string;
  /** The version of the method, if it is not 1. */
  readonly version?: number | undefined;
  /** `"pass"`, `"fail"` or another word; in lower case. */
  readonly result: string;
  /** Why, in the writer's words. */
  readonly reason?: string | undefined;
  /** What was checked. */
  readonly properties: readonly ResultProperty[];
}

/** What an Authentication-Results field says. */
export interface ResultsContent {
  /** The name of the server that checked the message. */
  readonly authservId: string;
  /** The version of the format. */
  readonly version: number;
  /** What each method found; empty if none was used (`none`). */
  readonly results: readonly MethodResult[];
}
