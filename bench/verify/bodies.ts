/** Verifies a message with one kind of body, `KIND MB`, after one of 50 MB, and prints what it took. */
import process from "node:process";
import { authenticate, Resolver } from "envoi/verify";

const units: Readonly<Record<string, string>> = {
  text: "The quick brown fox jumps over the lazy dog, and then it writes.\r\n",
  "blank lines": "\r\n",
  blanks: " ",
  "one endless line": "x",
};

const [kind = "", megabytes] = process.argv.slice(2);
const unit = units[kind];
if (unit === undefined) throw new Error(`There is no body ${kind}`);
const chunk = Buffer.alloc(Math.floor(65_536 / unit.length) * unit.length, unit);
const tags = "v=1; a=rsa-sha256; d=example.com; s=s; h=from; bh=AAAA; b=AAAA";
const head = ["relaxed/relaxed", "simple/simple"].map((form) => `DKIM-Signature: c=${form}; ${tags}\r\n`);
const resolver = Resolver.zone({});
let peak = 0;

async function* message(octets: number): AsyncGenerator<Buffer> {
  yield Buffer.from(`From: ann@example.com\r\n${head.join("")}\r\n`);
  for (let sent = 0; sent < octets; sent += chunk.length) {
    peak = Math.max(peak, process.memoryUsage.rss());
    yield chunk;
  }
}

await authenticate(message(50e6), { resolver });
const before = peak;
peak = 0;
const cpu = process.cpuUsage();
await authenticate(message(Number(megabytes) * 1e6), { resolver });
const { user, system } = process.cpuUsage(cpu);
const grown = Math.max(0, peak - before) / 1e6;
process.stdout.write(JSON.stringify({ grown, rate: Number(megabytes) / ((user + system) / 1e6) }));
