/**
 * Many mails in one `sendAll`: how fast it is, and whether memory grows with their number. It is compared with a run of
 * a tenth of the mails. `--count=` sets the number; the default is a million.
 */
import process from "node:process";
import type { Bulk } from "./bulk/envoi.ts";
import { Sink } from "./client/sink.ts";
import { isInstalled, program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";

if (!(await isInstalled("smtp-sink"))) {
  console.error("This benchmark needs smtp-sink, which comes with Postfix: apt-get install postfix");
  process.exit(1);
}

const said = process.argv.find((argument) => argument.startsWith("--count="))?.slice("--count=".length);
const count = process.argv.includes("--smoke") ? 5000 : Number(said ?? 1_000_000);
await using sink = await Sink.start();
const rows: string[][] = [];
for (const mails of [count / 10, count]) {
  const bulk = await program<Bulk>(new URL("./bulk/envoi.js", import.meta.url), sink.port, mails);
  const { seconds, cpuSeconds, start, first, last } = bulk;
  rows.push([
    String(mails),
    (mails / seconds).toFixed(0),
    ((cpuSeconds / mails) * 1e6).toFixed(0),
    ...[start, first, last].map((size) => size.toFixed(0)),
  ]);
}
const head = ["mails", "mails/s", "µs of CPU a mail", "MB at the start", "MB, first tenth", "MB, last tenth"];
publish("bulk", table(head, rows));
