/**
 * Clients that come for one mail each, ten at a time, by nothing but sockets: `PORT COUNT HEADER` on the command line,
 * where HEADER is `proxy` for a PROXY header of version 2 in front of each connection; prints how long it took.
 */
import { connect } from "node:net";
import process from "node:process";
import type { Cost } from "../report/cost.ts";
import { small } from "./small.ts";

const [port, count, header] = process.argv.slice(2);
const addresses = Buffer.from([203, 0, 113, 9, 192, 0, 2, 25, 219, 246, 0, 25]);
const signature = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const front =
  header === "proxy" ? Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, 12]), addresses]) : undefined;

/** What is said after each reply that ends a step: the client pipelines as far as it may. */
const steps: readonly string[] = [
  "EHLO client.example\r\n",
  `MAIL FROM:<${small.envelope.from}>\r\nRCPT TO:<${small.envelope.to[0]}>\r\nDATA\r\n`,
  `${small.content}.\r\nQUIT\r\n`,
];

const begun = performance.now();
let number = 0;
await Promise.all(
  Array.from({ length: 10 }, async () => {
    while (number++ < Number(count)) await visit();
  }),
);
const { user, system } = process.cpuUsage();
const cost: Cost = {
  count: Number(count),
  seconds: (performance.now() - begun) / 1000,
  cpuSeconds: (user + system) / 1e6,
};
process.stdout.write(JSON.stringify(cost));

function visit(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(port), host: "127.0.0.1", noDelay: true });
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
