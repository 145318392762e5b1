import type { Duplex } from "node:stream";

/**
 * Makes a socket outlive writes that fail: `failed` is told, and reading goes on to its end. By itself Node destroys
 * the socket, and with it what the server said before it closed; often that is a 421 with its reason.
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
