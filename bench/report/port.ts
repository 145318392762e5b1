import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A free port of this machine. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/**
 * Resolves when a server answers on the port; until then `failed` is called for a reason why none will.
 *
 * @param first what a client must send before the server says anything
 */
export async function answered(port: number, failed: () => string | undefined, first = ""): Promise<void> {
  while (!(await answers(port, first))) {
    const reason = failed();
    if (reason !== undefined) throw new Error(reason);
    await sleep(10);
  }
}

function answers(port: number, first: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    if (first !== "") socket.write(first);
    socket.on("error", () => resolve(false));
    socket.on("data", () => {
      resolve(true);
      socket.destroy();
    });
  });
}
