import type { Duplex } from "node:stream";

/**
 * Keeps a socket open after a failed write: calls `failed`, and continues to read until the end. Node otherwise
 * destroys the socket, and with it what the server said before it closed, which is often a 421 with the reason.
 */
export function outliveFailedWrites(socket: Duplex, failed: (error: Error) => void): void {
  const outlived = (done: Done): Done => {
    return (error) => {
      if (error) failed(error);
      done();
    };
  };
  const write = socket._write;
  const writev = socket._writev;
  socket._write = (chunk, encoding, done) => write.call(socket, chunk, encoding, outlived(done));
  if (writev !== undefined) socket._writev = (chunks, done) => writev.call(socket, chunks, outlived(done));
}

type Done = (error?: Error | null) => void;
