/** What can be wrong with a key record. */
export type KeyFault =
  | "key-syntax"
  | "key-revoked"
  | "key-type"
  | "key-service"
  | "key-hash"
  | "key-too-short"
  | "key-too-long";

/** A key record that no signature can be verified with. */
export interface NoKeyRecord {
  readonly code: KeyFault;
  /** A sentence in English, without its full stop. */
  readonly reason: string;
}
