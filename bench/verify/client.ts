/** Sends the same mail again and again: `PORT COUNT FILE` on its command line; prints the cost of the mails. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { Envelope, SmtpTransport } from "envoi";
import type { Cost } from "../report/cost.ts";

const [port, count, file = ""] = process.argv.slice(2);
const mail = readFileSync(file);
const envelope = Envelope.of("shop@example.com", ["jane@example.net"]);
const transport = SmtpTransport.builderDangerous("127.0.0.1").port(Number(port)).pool({ maxSize: 4 }).build();

const begun = performance.now();
let left = Number(count);
await Promise.all(
  Array.from({ length: 40 }, async () => {
    while (left-- > 0) await transport.sendRaw(envelope, mail);
  }),
);
const seconds = (performance.now() - begun) / 1000;
await transport.close();
const { user, system } = process.cpuUsage();
const cost: Cost = { count: Number(count), seconds, cpuSeconds: (user + system) / 1e6 };
process.stdout.write(JSON.stringify(cost));
