import process from "node:process";
import { SmtpTransport } from "envoi";
import { type PlainMail, plainMail } from "../client/mail.ts";

/** The cost of a run; memory in MB of resident set. */
export interface Bulk {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly start: number;
  /** The maximum while the first tenth was sent, and while the last was. */
  readonly first: number;
  readonly last: number;
}

const [port = 0, count = 0] = process.argv.slice(2).map(Number);

async function* mails(): AsyncGenerator<{ message: PlainMail; tag: number }> {
  for (let number = 0; number < count; number++) yield { message: plainMail(number), tag: number };
}

const transport = SmtpTransport.builderDangerous("127.0.0.1").port(port).pool({ maxSize: 4 }).build();
const start = megabytes();
const begun = performance.now();
const cpu = process.cpuUsage();
let [told, first, last] = [0, 0, 0];
for await (const { ok, error } of transport.sendAll(mails())) {
  if (!ok) throw error;
  if (++told % 100 !== 0) continue;
  if (told <= count / 10) first = Math.max(first, megabytes());
  else if (told > count * 0.9) last = Math.max(last, megabytes());
}
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpu);
await transport.close();
const bulk: Bulk = { seconds, cpuSeconds: (user + system) / 1e6, start, first, last };
process.stdout.write(JSON.stringify(bulk));

function megabytes(): number {
  return process.memoryUsage.rss() / 1e6;
}
