import type { RawField } from "../mime/head-reader.ts";

/**
 * Signs messages by a header field that is put above the others: `DkimSigner.create()` makes one. The octets it is
 * given are those that go out; nothing of them is changed afterwards.
 *
 * A message has its own, and a transport has some for all that it sends.
 */
export interface Signer {
  /** Whether its signatures must be waited for, so that `formatted()` cannot make them. */
  readonly awaited: boolean;
  /** Begins a signature. */
  begin(): Signing;
}

/** A signature in the making. */
export interface Signing {
  /** Takes the next octets of the body, in order; they are not kept. Lines end in CRLF. */
  update(octets: Buffer): void;
  /**
   * Ends it: the header field that signs, with its CRLF; a promise only if the signer says `awaited`.
   *
   * @param header all fields of the message, from top to bottom
   * @param signal aborts when nobody waits for it any more
   * @throws EnvoiError if no signature can be made: the message is not sent unsigned.
   */
  finish(header: readonly RawField[], signal?: AbortSignal): string | Promise<string>;
}

/** One signer or several, as a list; `undefined` if one is none. */
export function toSigners(input: Signer | readonly Signer[]): readonly Signer[] | undefined {
  const signers = Array.isArray(input) ? Array.from(input as readonly Signer[]) : [input as Signer];
  return signers.every(isSigner) ? Object.freeze(signers) : undefined;
}

/** What is said where something else is given. */
export const noSigner = "expects a Signer, such as DkimSigner.create() makes, or several";

function isSigner(value: unknown): value is Signer {
  if (typeof value !== "object" || value === null) return false;
  const { awaited, begin } = value as Partial<Record<keyof Signer, unknown>>;
  return typeof awaited === "boolean" && typeof begin === "function";
}
