/**
 * What a PROXY header in front of each connection costs: ten one-shot clients at a time, with a header of version 2 and
 * without, into two servers that differ in nothing else. A bare server of `node:net` shows what Node takes for it.
 *
 * The clients are in this process, so that they are warm: their own first seconds would be most of what is measured.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Cost, median } from "./report/cost.ts";
import { publish, table } from "./report/publish.ts";
import { header, visits } from "./server/one-shot.ts";
import { ServerProcess } from "./server/server-process.ts";

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 7;
/** A round goes back and forth between the servers, so that other load of the machine affects all alike. */
const turns = smoke ? 1 : 16;
const count = smoke ? 10 : 250;

await using envoi = await start("envoi-one-shot.js", "none");
await using envoiProxied = await start("envoi-one-shot.js", "proxy");
await using bare = await start("bare-one-shot.js", "none");
await using bareProxied = await start("bare-one-shot.js", "proxy");
const servers = [envoi, envoiProxied, bare, bareProxied];

if (!smoke) for (let turn = 0; turn < turns; turn++) for (const server of servers) await send(server);

const costs = new Map<ServerProcess, Cost[]>(servers.map((server) => [server, []]));
for (let round = 1; round <= rounds; round++) {
  const before = servers.map(({ cpuSeconds }) => cpuSeconds);
  const seconds = servers.map(() => 0);
  for (let turn = 0; turn < turns; turn++) {
    const order = [...servers.keys()];
    for (const at of turn % 2 === 0 ? order : order.reverse()) {
      const begun = performance.now();
      await send(servers[at] as ServerProcess);
      seconds[at] = (seconds[at] ?? 0) + (performance.now() - begun) / 1000;
    }
  }
  for (const [at, server] of servers.entries()) {
    const cost = {
      count: turns * count,
      seconds: seconds[at] ?? 0,
      cpuSeconds: server.cpuSeconds - (before[at] ?? 0),
    };
    costs.get(server)?.push(cost);
    process.stderr.write(
      `round ${round}, ${server.name}: ${rateOf(cost).toFixed(0)}/s, ${cpuOf(cost).toFixed(1)} µs of CPU each\n`,
    );
  }
}
publish(
  "proxied",
  table(
    ["", "without", "PROXY v2", "ratio"],
    [
      row("envoi: connections/s", envoi, envoiProxied, rateOf),
      row("envoi: µs of CPU, each", envoi, envoiProxied, cpuOf),
      row("node:net: connections/s", bare, bareProxied, rateOf),
      row("node:net: µs of CPU, each", bare, bareProxied, cpuOf),
    ],
  ),
);

/** The ratio is the median of those of the rounds: the load of the machine is the same within a round only. */
function row(
  name: string,
  without: ServerProcess,
  proxied: ServerProcess,
  each: (cost: Cost) => number,
): string[] {
  const [before = [], after = []] = [without, proxied].map((server) => costs.get(server)?.map(each) ?? []);
  const ratios = after.map((value, round) => value / (before[round] ?? Number.NaN));
  return [name, median(before).toFixed(0), median(after).toFixed(0), median(ratios).toFixed(2)];
}

function rateOf({ count, seconds }: Cost): number {
  return count / seconds;
}

function cpuOf({ count, cpuSeconds }: Cost): number {
  return (cpuSeconds / count) * 1e6;
}

async function send(server: ServerProcess): Promise<void> {
  await visits(server.port, count, isProxied(server) ? header : undefined);
}

function isProxied(server: ServerProcess): boolean {
  return server === envoiProxied || server === bareProxied;
}

function start(script: string, kind: "none" | "proxy"): Promise<ServerProcess> {
  const path = fileURLToPath(new URL(`./server/${script}`, import.meta.url));
  const command = (port: number) => [process.execPath, path, String(port), kind];
  const name = `${script.replace("-one-shot.js", "")}, ${kind === "proxy" ? "PROXY v2" : "without"}`;
  return ServerProcess.start(name, command, kind === "proxy" ? "PROXY UNKNOWN\r\n" : undefined);
}
