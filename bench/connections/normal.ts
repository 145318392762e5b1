/** A client that sends one mail after another over one connection: `PORT SECONDS`; prints its rate and latencies. */
import process from "node:process";
import { SmtpTransport } from "envoi";
import { small } from "../server/small.ts";

/** How a client is served: mails per second, and the time of one mail in milliseconds. */
export interface Service {
  readonly rate: number;
  readonly median: number;
  /** One in a hundred takes longer. */
  readonly slow: number;
}

const [port = 0, seconds = 0] = process.argv.slice(2).map(Number);
const content = Buffer.from(small.content);
await using transport = SmtpTransport.builderDangerous("127.0.0.1").port(port).pool({ maxSize: 1 }).build();
await send(seconds / 2);
const latencies = await send(seconds);
const total = latencies.reduce((sum, latency) => sum + latency, 0);
latencies.sort((a, b) => a - b);
const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
const service: Service = { rate: (latencies.length / total) * 1000, median: at(0.5), slow: at(0.99) };
process.stdout.write(JSON.stringify(service));

async function send(seconds: number): Promise<number[]> {
  const latencies: number[] = [];
  const until = performance.now() + seconds * 1000;
  for (let begun = performance.now(); begun < until; ) {
    await transport.sendRaw(small.envelope, content);
    const ended = performance.now();
    latencies.push(ended - begun);
    begun = ended;
  }
  return latencies;
}
