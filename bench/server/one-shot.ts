import { connect } from "node:net";
import { small } from "./small.ts";

/** A PROXY header of version 2, which names a client of IPv4. */
export const header: Buffer = Buffer.concat([
  Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1"),
  Buffer.from([0x21, 0x11, 0, 12]),
  Buffer.from([203, 0, 113, 9, 192, 0, 2, 25, 219, 246, 0, 25]),
]);

/**
 * Sends one small mail on each of so many connections, ten at a time, by nothing but sockets.
 *
 * @param front is sent in front of each connection, if it is given
 */
export async function visits(port: number, count: number, front?: Buffer): Promise<void> {
  let number = 0;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      while (number++ < count) await visit(port, front);
    }),
  );
}

/** What is said after each reply that ends a step: the client pipelines as far as it may. */
const steps: readonly string[] = [
  "EHLO client.example\r\n",
  `MAIL FROM:<${small.envelope.from}>\r\nRCPT TO:<${small.envelope.to[0]}>\r\nDATA\r\n`,
  `${small.content}.\r\nQUIT\r\n`,
];

function visit(port: number, front: Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    if (front !== undefined) socket.write(front);
    let heard = "";
    let step = 0;
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString("latin1");
      const due = /^(?:220 .*|250 LIMITS.*|354 .*)\r\n/m.exec(heard);
      if (due === null) return;
      heard = heard.slice(due.index + due[0].length);
      socket.write(steps[step++] ?? "");
    });
    socket.on("error", reject);
    socket.on("close", () =>
      /^250 2\.6\.0.*\r\n221 /m.test(heard) ? resolve() : reject(new Error(`the server said ${heard}`)),
    );
  });
}
