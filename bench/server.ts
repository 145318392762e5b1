/**
 * Receiving: envoi's server, smtp-server, aiosmtpd, and two limits: a bare Node server with canned replies, and
 * Postfix's smtp-sink, in C. Small messages come from smtp-source and from envoi's own client, content of many shapes
 * as fast as it is taken.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { sinkCommand } from "./client/sink.ts";
import { type Cost, cpuEach, rate } from "./report/cost.ts";
import { foreignProgram, isInstalled, program, succeeds } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { type Entrant, interleaved } from "./report/rounds.ts";
import { ServerProcess } from "./server/server-process.ts";
import { shapes } from "./server/shapes.ts";
import { small } from "./server/small.ts";

for (const name of ["smtp-sink", "smtp-source"]) {
  if (await isInstalled(name)) continue;
  console.error(`This benchmark needs ${name}, which comes with Postfix: apt-get install postfix`);
  process.exit(1);
}

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 5;
/** Each measurement takes about so long. */
const seconds = smoke ? 0.05 : 1;

type Costs = ReadonlyMap<string, readonly Cost[]>;
type Send = (port: number, count: number) => Promise<Cost>;
const messages: Readonly<Record<string, Send>> = {
  "smtp-source, 1 connection": source("-d", "-s", 1),
  "smtp-source, 4 connections": source("-d", "-s", 4),
  "smtp-source, 10 one-shot clients": source("-s", 10),
  "envoi, 1 connection, not pipelined": client("one"),
  "envoi, 4 connections": client("four"),
  "envoi, 10 one-shot clients": client("one-shot"),
};

const servers: ServerProcess[] = [];
try {
  servers.push(await ServerProcess.start("envoi", (port) => node("envoi", port)));
  servers.push(await ServerProcess.start("smtp-server", (port) => node("smtp-server", port)));
  const python = await pythonWith("aiosmtpd");
  if (python === undefined) {
    console.error("aiosmtpd is left out, because it is not installed: apt-get install python3-aiosmtpd");
  } else {
    const script = fileURLToPath(new URL("../../bench/server/aiosmtpd-server.py", import.meta.url));
    servers.push(await ServerProcess.start("aiosmtpd", (port) => [python, script, String(port)]));
  }
  servers.push(await ServerProcess.start("bare Node", (port) => node("bare", port)));
  servers.push(await ServerProcess.start("smtp-sink", sinkCommand));

  const costs = await interleaved([...(await senders()), ...floods()], rounds);
  publish("server-messages", compared(costs, Object.keys(messages), 1));
  publish("server-content", compared(costs, Object.keys(shapes), 1_048_576));
  publish("server-cpu", cpuOf(costs));
} finally {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
}

/** Small messages to everybody, as many as each takes in the time. */
async function senders(): Promise<Entrant[]> {
  const entrants: Entrant[] = [];
  for (const [load, send] of Object.entries(messages)) {
    for (const server of servers) {
      let count = smoke ? 10 : 50;
      // Which is its warm-up as well.
      for (const share of smoke ? [] : [0.3, 1]) {
        const cost = await send(server.port, count);
        count = Math.ceil((cost.count / cost.seconds) * share * seconds);
      }
      entrants.push({
        name: `${load}: ${server.name}`,
        measure: () => charged(server, send(server.port, count)),
      });
    }
  }
  return entrants;
}

/** Content of every shape to everybody; nobody but envoi knows BDAT. */
function floods(): Entrant[] {
  const url = new URL("./server/flood.js", import.meta.url);
  return Object.entries(shapes).flatMap(([shape, { chunks }]) =>
    servers
      .filter(({ name }) => !chunks || name === "envoi")
      .map((server) => ({
        name: `${shape}: ${server.name}`,
        measure: () => charged(server, program(url, server.port, shape, seconds)),
      })),
  );
}

/** What the server had to do for it is what counts, not what the client had. */
async function charged(server: ServerProcess, sending: Promise<Cost>): Promise<Cost> {
  const before = server.cpuSeconds;
  const cost = await sending;
  return { ...cost, cpuSeconds: server.cpuSeconds - before };
}

function source(...pattern: readonly (string | number)[]): Send {
  const mail = ["-l", small.size, "-f", "jo@example.com", "-t", "jane@example.net"];
  return (port, count) =>
    foreignProgram(count, ["smtp-source", ...pattern, ...mail, "-m", count, `127.0.0.1:${port}`].map(String));
}

function client(pattern: string): Send {
  return (port, count) => program(new URL("./server/client.js", import.meta.url), port, pattern, count);
}

/** How much of it each took a second, in units of so many, and envoi beside the others. */
function compared(costs: Costs, loads: readonly string[], unit: number): string {
  const names = servers.map(({ name }) => name);
  const rates = (load: string, name: string) => rate(costs.get(`${load}: ${name}`) ?? []) / unit;
  const rows = loads.map((load) => [
    load,
    ...names.map((name) => figure(rates(load, name))),
    ...["smtp-server", "smtp-sink"].map((name) => figure(rates(load, "envoi") / rates(load, name))),
  ]);
  return table(["", ...names, "envoi / smtp-server", "envoi / smtp-sink"], rows);
}

/** The processor time that each took for a small message, in microseconds, and envoi's beside that of others. */
function cpuOf(costs: Costs): string {
  const names = servers.map(({ name }) => name);
  const cpu = (load: string, name: string) => cpuEach(costs.get(`${load}: ${name}`) ?? []);
  const rows = Object.keys(messages).map((load) => [
    load,
    ...names.map((name) => figure(cpu(load, name))),
    ...["smtp-server", "bare Node"].map((name) => figure(cpu(load, "envoi") / cpu(load, name))),
  ]);
  return table(["", ...names, "envoi / smtp-server", "envoi / bare Node"], rows);
}

/** Of something that was refused, or not tried, there is no figure. */
function figure(value: number): string {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return "-";
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function node(name: string, port: number): string[] {
  return [process.execPath, fileURLToPath(new URL(`./server/${name}.js`, import.meta.url)), String(port)];
}

/** Debian's packages are for Debian's Python, which need not be the first on the path. */
async function pythonWith(name: string): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"])
    if (await succeeds(python, "-c", `import ${name}`)) return python;
  return undefined;
}
