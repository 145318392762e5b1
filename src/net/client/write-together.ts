import type { Duplex } from "node:stream";
import { isAsciiText } from "../../text/lines.ts";
import type { WriteBuffer } from "./write-buffer.ts";

/** Writes a text. As Latin-1, ASCII is copied; as UTF-8 it would be encoded. */
export function writeText(socket: Duplex, text: string): void {
  socket.write(text, isAsciiText(text) ? "latin1" : "utf8");
}

/**
 * Writes pieces in one write: copying small pieces costs less than several writes.
 *
 * @param commands those of the pieces that may be more than ASCII
 */
export function writeTogether(
  socket: Duplex,
  slab: WriteBuffer | undefined,
  pieces: readonly (string | Buffer)[],
  commands: string,
): void {
  // Strings of content are ASCII, and so are most commands.
  const encoding = isAsciiText(commands) ? "latin1" : "utf8";
  const gathered = encoding === "latin1" ? slab?.gather(pieces, socket) : undefined;
  if (gathered !== undefined) socket.write(gathered);
  else if (pieces.every((piece) => typeof piece === "string")) socket.write(pieces.join(""), encoding);
  else socket.write(Buffer.concat(pieces.map((piece) => toBuffer(piece, encoding))));
}

function toBuffer(piece: string | Buffer, encoding: "latin1" | "utf8"): Buffer {
  return typeof piece === "string" ? Buffer.from(piece, encoding) : piece;
}
