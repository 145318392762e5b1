import { randomUUID } from "node:crypto";
import { MessageError } from "./message-error.ts";

/** Gives the boundary of a multipart at each call; one's own makes a message the same each time it is built. */
export type BoundarySource = () => string;

/**
 * A boundary that no content holds: 122 random bits, behind `=_`, which neither quoted-printable nor base64 can hold
 * (RFC 2045 section 6.7).
 */
export function randomBoundary(): string {
  return `=_${randomUUID()}`;
}

/**
 * Checks a boundary that was given (RFC 2046 section 5.1.1).
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
    "boundary: 1 to 70 letters, digits and '()+_,-./:=? are expected, without a space at the end",
    {
      field: "boundary",
      position: Math.max(0, String(boundary).search(/[^A-Za-z0-9'()+_,./:=? -]/)),
    },
  );
}
