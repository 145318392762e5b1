import type { RawField } from "../mime/head-reader.ts";

/**
 * Signs messages by a header field that is put above the others. `DkimSigner.create()` makes a signer. It gets the
 * bytes that are sent; they are not changed afterwards.
 *
 * A message can have signers of its own, and a transport can have signers for every mail it sends.
 */
export interface Signer {
  /** Whether its signatures must be awaited, so that `formatted()` cannot make them. */
  readonly awaited: boolean;
  /** Begins a signature. */
  begin(): Signing;
}

/** A signature that is being made. */
export interface Signing {
  /** Takes the next bytes of the body, in order, and does not keep them. Lines end in CRLF. */
  update(octets: Buffer): void;
  /**
   * Ends the signature: returns the header field that signs, with its CRLF, or a promise of it if `awaited` is true.
   *
   * @param header all fields of the message, from top to bottom
   * @param signal is aborted when the signature is not needed any more
   * @throws EnvoiError if no signature can be made: the message is not sent unsigned.
   */
  finish(header: readonly RawField[], signal?: AbortSignal): string | Promise<string>;
}

/** One signer or several as a list; `undefined` if one of them is not a signer. */
export function toSigners(input: Signer | readonly Signer[]): readonly Signer[] | undefined {
  const signers = Array.isArray(input) ? Array.from(input as readonly Signer[]) : [input as Signer];
  return signers.every(isSigner) ? Object.freeze(signers) : undefined;
}

/** The word of errors for what was expected. */
export const aSigner = "a Signer, such as DkimSigner.create() makes, or an array of them";

function isSigner(value: unknown): value is Signer {
  if (typeof value !== "object" || value === null) return false;
  const { awaited, begin } = value as Partial<Record<keyof Signer, unknown>>;
  return typeof awaited === "boolean" && typeof begin === "function";
}
