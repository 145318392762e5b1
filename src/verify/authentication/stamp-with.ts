import type { Stamp } from "../results/stamp.ts";
import type { Authentication } from "./authentication.ts";

/** The function of an authentication that stamps messages. */
export function stampWith(stamp: Stamp): Authentication["stamp"] {
  function put(message: Uint8Array): Buffer;
  function put(message: AsyncIterable<Uint8Array>): AsyncIterable<Buffer>;
  function put(message: Uint8Array | AsyncIterable<Uint8Array>): Buffer | AsyncIterable<Buffer> {
    return message instanceof Uint8Array ? stamp.bytes(message) : stamp.stream(message);
  }
  return put;
}
