import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";

/**
 * Reads the body of a request.
 *
 * @throws ApiError if it is larger than `most` bytes.
 */
export async function readBody(request: IncomingMessage, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw new ApiError(`the body is larger than ${most} bytes`, 413);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
