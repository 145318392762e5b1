import { randomUUID } from "node:crypto";
import { MessageError } from "./message-error.ts";

/** Returns the boundary of a multipart at each call; a source of your own makes messages reproducible. */
export type BoundarySource = () => string;

/**
 * Returns a boundary that no content contains: 122 random bits after `=_`, which neither quoted-printable nor base64
 * can (RFC 2045 section 6.7).
 */
export function randomBoundary(): string {
  return `=_${randomUUID()}`;
}

/**
 * Checks a boundary of the caller (RFC 2046 section 5.1.1).
 *
 * @throws MessageError if it is empty, longer than 70 characters, ends in a space or has a character outside the set.
 */
export function checkBoundary(boundary: string): string {
  if (
    typeof boundary === "string" &&
    /^[A-Za-z0-9'()+_,./:=? -]{0,69}[A-Za-z0-9'()+_,./:=?-]$/.test(boundary)
  )
    return boundary;
  throw new MessageError(
    "boundary: expected 1 to 70 letters, digits, spaces and '()+_,-./:=?, without a space at the end",
    {
      field: "boundary",
      position: Math.max(0, String(boundary).search(/[^A-Za-z0-9'()+_,./:=? -]/)),
    },
  );
}
