/**
 * `envoi send --data` beside a program that does the same by `sendAll`, into smtp-sink: how fast both are, and whether
 * the memory of the command grows with the number of rows. `--count=` sets the number of rows; the default is a
 * million.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Sink } from "./client/sink.ts";
import { isInstalled } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";

if (!(await isInstalled("smtp-sink"))) {
  console.error("This benchmark needs smtp-sink, which comes with Postfix: apt-get install postfix");
  process.exit(1);
}

const said = process.argv.find((argument) => argument.startsWith("--count="))?.slice("--count=".length);
const smoke = process.argv.includes("--smoke");
const count = smoke ? 2000 : Number(said ?? 1_000_000);
const rounds = smoke || count > 300_000 ? 1 : 3;
const folder = mkdtempSync(join(tmpdir(), "envoi-command-"));
const [data, state] = [join(folder, "rows.jsonl"), join(folder, "rows.state")];

/** What a program cost; memory in MB of resident set. */
interface Measured {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** The maximum in the first fifth of the time without the start, and in the last. */
  readonly first: number;
  readonly last: number;
}

try {
  await writeRows();
  await using sink = await Sink.start();
  const command = [
    fileURLToPath(new URL("../src/cli/index.js", import.meta.url)),
    ...[
      "send",
      "--relay",
      `127.0.0.1:${sink.port}`,
      "--from",
      "shop@example.org",
      "--to",
      "{{name}} <{{email}}>",
    ],
    ...["--subject", "Order {{id}}", "--text", "Dear {{name}}, {{text}}", "--data", data],
  ];
  const library = [fileURLToPath(new URL("./command/library.js", import.meta.url)), String(sink.port), data];
  const contenders: readonly (readonly [string, readonly string[]])[] = [
    ["a program with `sendAll`", library],
    ["`envoi send --data`", command],
    ["`envoi send --data --resume`", [...command, "--resume", state]],
    ["`envoi send --data --resume --key email`", [...command, "--resume", state, "--key", "email"]],
  ];
  const measured = contenders.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++)
    for (const [index, [, args]] of contenders.entries()) {
      rmSync(state, { force: true });
      measured[index]?.push(await measure(args));
    }
  const rows = contenders.map(([name], index) => rowOf(name, measured[index] ?? [], measured[0] ?? []));
  publish("command", table(head(), rows));
} finally {
  rmSync(folder, { recursive: true });
}

function head(): string[] {
  return [
    `${count} rows`,
    "rows/s",
    "ratio",
    "µs of CPU a row",
    "ratio",
    "MB, first fifth",
    "MB, last fifth",
  ];
}

function rowOf(name: string, rounds: readonly Measured[], base: readonly Measured[]): string[] {
  const best = (all: readonly Measured[], of: (one: Measured) => number) => Math.min(...all.map(of));
  const [seconds, cpu] = [
    best(rounds, ({ seconds }) => seconds),
    best(rounds, ({ cpuSeconds }) => cpuSeconds),
  ];
  const [baseSeconds, baseCpu] = [
    best(base, ({ seconds }) => seconds),
    best(base, ({ cpuSeconds }) => cpuSeconds),
  ];
  return [
    name,
    (count / seconds).toFixed(0),
    (baseSeconds / seconds).toFixed(2),
    ((cpu / count) * 1e6).toFixed(0),
    (baseCpu / cpu).toFixed(2),
    Math.max(...rounds.map(({ first }) => first)).toFixed(0),
    Math.max(...rounds.map(({ last }) => last)).toFixed(0),
  ];
}

async function writeRows(): Promise<void> {
  const file = createWriteStream(data);
  const text = "Your order has been sent and will arrive soon. ".repeat(20);
  for (let id = 0; id < count; id++) {
    const row = { id, email: `user${id}@example.org`, name: `Näme ${id}`, text };
    if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, "drain");
  }
  await new Promise((resolve) => file.end(resolve));
}

/** Runs a program of Node. What it prints goes nowhere, and Linux says what it cost. */
async function measure(args: readonly string[]): Promise<Measured> {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const samples: { readonly at: number; readonly megabytes: number; readonly cpu: number }[] = [];
  const timer = setInterval(() => {
    const sample = sampleOf(child);
    if (sample !== undefined) samples.push({ at: performance.now() - begun, ...sample });
  }, 50);
  const [status] = await once(child, "close");
  clearInterval(timer);
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${errors}`);
  const whole = performance.now() - begun;
  const most = (from: number, to: number) =>
    Math.max(
      ...samples.filter(({ at }) => at >= whole * from && at <= whole * to).map(({ megabytes }) => megabytes),
    );
  const [seconds, cpuSeconds] = [whole / 1000, samples.at(-1)?.cpu ?? Number.NaN];
  return { seconds, cpuSeconds, first: most(0.1, 0.3), last: most(0.8, 1) };
}

function sampleOf({ pid }: ChildProcess): { megabytes: number; cpu: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    const resident = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
    // Fields 14 and 15 of stat, in hundredths of a second.
    if (resident === undefined) return undefined;
    return { megabytes: Number(resident) / 1000, cpu: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return undefined;
  }
}
