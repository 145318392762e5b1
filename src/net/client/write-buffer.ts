import type { Writable } from "node:stream";

/**
 * Memory in which the pieces of a write are put together, used again and again. It is not written to until the socket
 * has taken all earlier writes: until its callback, the memory of a write belongs to the socket.
 *
 * Only for Node's own sockets: another stream may keep what it was given.
 */
export class WriteBuffer {
  #memory: Buffer | undefined;

  /**
   * Puts the pieces together for the next write to `socket`; `undefined` if they are too large, or the memory is in
   * use. Strings among them must be ASCII.
   */
  gather(pieces: readonly (string | Buffer)[], socket: Writable): Buffer | undefined {
    if (socket.writableLength > 0) return undefined;
    let size = 0;
    for (const { length } of pieces) size += length;
    if (size > LARGEST) return undefined;
    if (this.#memory === undefined || this.#memory.length < size)
      this.#memory = Buffer.allocUnsafeSlow(size <= USUAL ? USUAL : LARGEST);
    const memory = this.#memory;
    let at = 0;
    for (const piece of pieces)
      at += typeof piece === "string" ? memory.write(piece, at, "latin1") : piece.copy(memory, at);
    return memory.subarray(0, at);
  }
}

/** Bytes: a few small mails, or one with the envelope of the next. */
const USUAL = 32_768;

/** Bytes: the content of a window and its commands. */
const LARGEST = 393_216;
