/**
 * What a PROXY header in front of each connection costs: ten one-shot clients at a time, with a header of version 2 and
 * without, into two servers that differ in nothing else.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Cost, cpuEach, rate } from "./report/cost.ts";
import { program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { interleaved } from "./report/rounds.ts";
import { ServerProcess } from "./server/server-process.ts";

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 7;
const count = smoke ? 10 : 4000;

await using plain = await ServerProcess.start("without", (port) => node(port, "none"));
await using proxied = await ServerProcess.start(
  "PROXY v2",
  (port) => node(port, "proxy"),
  "PROXY UNKNOWN\r\n",
);

const send = (server: ServerProcess) => async (): Promise<Cost> => {
  const before = server.cpuSeconds;
  const header = server === proxied ? "proxy" : "none";
  const url = new URL("./server/one-shot.js", import.meta.url);
  const cost = await program<Cost>(url, server.port, count, header);
  return { ...cost, cpuSeconds: server.cpuSeconds - before };
};
// This is their warm-up.
if (!smoke) for (const server of [plain, proxied]) await send(server)();

const entrants = [plain, proxied].map((server) => ({ name: server.name, measure: send(server) }));
const costs = await interleaved(entrants, rounds);
const [without = [], withHeader = []] = [plain, proxied].map(({ name }) => costs.get(name) ?? []);
const row = (name: string, each: (costs: readonly Cost[]) => number, digits: number): string[] => [
  name,
  each(without).toFixed(digits),
  each(withHeader).toFixed(digits),
  (each(withHeader) / each(without)).toFixed(2),
];
publish(
  "proxied",
  table(
    ["", "without", "PROXY v2", "ratio"],
    [row("connections/s", rate, 0), row("µs of CPU, each", cpuEach, 0)],
  ),
);

function node(port: number, header: string): string[] {
  const script = fileURLToPath(new URL("./server/envoi-one-shot.js", import.meta.url));
  return [process.execPath, script, String(port), header];
}
