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

/** Resolves when a server answers on the port; until then `failed` is called for a reason why none will. */
export async function answered(port: number, failed: () => string | undefined): Promise<void> {
  while (!(await answers(port))) {
    const reason = failed();
    if (reason !== undefined) throw new Error(reason);
    await sleep(10);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => resolve(false));
    socket.on("data", () => {
      resolve(true);
      socket.destroy();
    });
  });
}
