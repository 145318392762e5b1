/**
 * Receiving: envoi's server, smtp-server, aiosmtpd, and two limits: a bare Node server with canned replies, and
 * Postfix's smtp-sink, in C. Small messages come from smtp-source and from envoi's own client; content of many shapes
 * is sent as fast as the server reads it.
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
import { TlsFiles } from "./server/tls-files.ts";

for (const name of ["smtp-sink", "smtp-source"]) {
  if (await isInstalled(name)) continue;
  console.error(`This benchmark needs ${name}, which comes with Postfix: apt-get install postfix`);
  process.exit(1);
}

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 7;
/** The approximate length of each measurement. */
const seconds = smoke ? 0.05 : 1;

type Costs = ReadonlyMap<string, readonly Cost[]>;
type Send = (server: ServerProcess, count: number) => Promise<Cost>;
const byTls = "envoi, 4 connections, TLS";
const tls = await TlsFiles.make();
const messages: Readonly<Record<string, Send>> = {
  "smtp-source, 1 connection": source("-d", "-s", 1),
  "smtp-source, 4 connections": source("-d", "-s", 4),
  "smtp-source, 10 one-shot clients": source("-s", 10),
  "envoi, 1 connection, not pipelined": client("one"),
  "envoi, 4 connections": client("four"),
  [byTls]: (server, count) =>
    program(new URL("./server/client.js", import.meta.url), server.tlsPort, "four", count, tls.authority),
  "envoi, 10 one-shot clients": client("one-shot"),
};

const servers: ServerProcess[] = [];
try {
  servers.push(await ServerProcess.start("envoi", node("envoi")));
  servers.push(await ServerProcess.start("smtp-server", node("smtp-server")));
  const python = await pythonWith("aiosmtpd");
  if (python === undefined) {
    console.error("aiosmtpd is left out, because it is not installed: apt-get install python3-aiosmtpd");
  } else {
    const script = fileURLToPath(new URL("../../bench/server/aiosmtpd-server.py", import.meta.url));
    servers.push(await ServerProcess.start("aiosmtpd", (port) => [python, script, String(port)]));
  }
  servers.push(await ServerProcess.start("bare Node", node("bare")));
  servers.push(await ServerProcess.start("smtp-sink", sinkCommand));

  const costs = await interleaved([...(await senders()), ...floods()], rounds);
  publish("server-messages", compared(costs, Object.keys(messages), 1));
  publish("server-content", compared(costs, Object.keys(shapes), 1_048_576));
  publish("server-cpu", cpuOf(costs));
  publish("server-aims", aimsOf(costs));
} finally {
  await Promise.all([...servers, tls].map((each) => each[Symbol.asyncDispose]()));
}

/** Sends small messages to every server, as many as it can take in the time. */
async function senders(): Promise<Entrant[]> {
  const entrants: Entrant[] = [];
  for (const [load, send] of Object.entries(messages)) {
    for (const server of load === byTls ? servers.filter(hasTls) : servers) {
      let count = smoke ? 10 : 50;
      // This is also its warm-up.
      for (const share of smoke ? [] : [0.3, 1]) {
        const cost = await send(server, count);
        count = Math.ceil((cost.count / cost.seconds) * share * seconds);
      }
      entrants.push({
        name: `${load}: ${server.name}`,
        measure: () => charged(server, send(server, count)),
      });
    }
  }
  return entrants;
}

/** The others have no TLS, or were not given the certificate. */
function hasTls({ name }: ServerProcess): boolean {
  return name === "envoi" || name === "smtp-server" || name === "bare Node";
}

/** Sends content of every shape to every server; only envoi supports BDAT. */
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

/** The processor time of the server counts, not that of the client. */
async function charged(server: ServerProcess, sending: Promise<Cost>): Promise<Cost> {
  const before = server.cpuSeconds;
  const cost = await sending;
  return { ...cost, cpuSeconds: server.cpuSeconds - before };
}

function source(...pattern: readonly (string | number)[]): Send {
  const mail = ["-l", small.size, "-f", "jo@example.com", "-t", "jane@example.net"];
  return ({ port }, count) =>
    foreignProgram(count, ["smtp-source", ...pattern, ...mail, "-m", count, `127.0.0.1:${port}`].map(String));
}

function client(pattern: string): Send {
  return ({ port }, count) => program(new URL("./server/client.js", import.meta.url), port, pattern, count);
}

/** How much each took per second, in units of `unit`, and envoi compared with the others. */
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

/** The processor time of each for a small message, in microseconds, and envoi's compared with the others'. */
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

/** What was aimed at for small messages from smtp-source, and what was measured. */
function aimsOf(costs: Costs): string {
  const cpu = (load: string, name: string) => cpuEach(costs.get(`${load}: ${name}`) ?? []);
  const aim = (connections: string, name: string, most: number): string[] => {
    const load = `smtp-source, ${connections}`;
    const measured = cpu(load, "envoi") / cpu(load, name);
    const what = `CPU of a small message, ${connections}, of that of ${name}`;
    return [what, `at most ${most.toFixed(1)}`, measured.toFixed(2), measured <= most ? "yes" : "no"];
  };
  const rows = [
    aim("4 connections", "smtp-server", 0.9),
    aim("1 connection", "smtp-server", 1),
    aim("4 connections", "bare Node", 1.9),
  ];
  return table(["", "wanted", "measured", "reached"], rows);
}

/** What was refused, or not tried, has no figure. */
function figure(value: number): string {
  if (!(value > 0 && value < Number.POSITIVE_INFINITY)) return "-";
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

/** The command of a server in JavaScript, which listens in the clear and by TLS. */
function node(name: string): (port: number, tlsPort: number) => string[] {
  const script = fileURLToPath(new URL(`./server/${name}.js`, import.meta.url));
  return (port, tlsPort) => [
    process.execPath,
    script,
    String(port),
    String(tlsPort),
    tls.certificate,
    tls.key,
  ];
}

/** Debian's packages are for Debian's Python, which may not be the first in PATH. */
async function pythonWith(name: string): Promise<string | undefined> {
  for (const python of ["python3", "/usr/bin/python3"])
    if (await succeeds(python, "-c", `import ${name}`)) return python;
  return undefined;
}
