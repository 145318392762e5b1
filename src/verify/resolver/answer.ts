/** The types of DNS records that verifying mail needs. */
export type RecordType = "A" | "AAAA" | "PTR" | "CNAME" | "TXT" | "MX";

/** A mail exchanger: an MX record (RFC 1035 3.3.9). */
export interface MxRecord {
  /** Lower numbers are preferred. */
  readonly priority: number;
  /** The host name; empty or `"."` if the domain takes no mail (RFC 7505). */
  readonly exchange: string;
}

/** There are records. */
export interface FoundAnswer {
  /** There are records. */
  readonly outcome: "found";
  /**
   * At least one record. Addresses and names are strings. A TXT record is one string, its pieces joined without a
   * space, with one character for each octet. An MX record is an {@link MxRecord}.
   */
  readonly records: readonly (string | MxRecord)[];
  /** For how many seconds the records may be kept, if known. */
  readonly ttl?: number | undefined;
  /** Whether DNSSEC proved the records, if known. */
  readonly secure?: boolean | undefined;
}

/** There are no records: the name exists without records of this type, or there is no such name (NXDOMAIN). */
export interface EmptyAnswer {
  /** `"no-data"`: the name exists, without records of this type. `"no-name"`: there is no such name. */
  readonly outcome: "no-data" | "no-name";
}

/** The answer is not known: a server did not answer, answered with an error, or the question could not be asked. */
export interface TemporaryAnswer {
  /** The answer is not known; asking again later may help. */
  readonly outcome: "temporary";
  /** What went wrong, in English. */
  readonly reason: string;
}

/** What a {@link Resolver} answers to a question. A failure is an answer too: a resolver rejects only if aborted. */
export type Answer = FoundAnswer | EmptyAnswer | TemporaryAnswer;

/** One question that was asked, and the outcome. */
export interface Query {
  /** The name in lower case, without a dot at its end. */
  readonly name: string;
  /** The type of record. */
  readonly type: RecordType;
  /** What came of it. */
  readonly outcome: Answer["outcome"];
  /** Why the answer is not known, if it is not. */
  readonly reason?: string | undefined;
}

/** How to ask. */
export interface ResolveOptions {
  /** Ends the waiting: the promise rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined;
}
