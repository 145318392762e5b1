import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** What draining a backlog took. */
export interface Drained {
  readonly seconds: number;
  /** Of all workers. */
  readonly cpuSeconds: number;
}

/** Lets workers drain a backlog, from the moment when all are ready until nothing is left. */
export async function drain(
  kind: "envoi" | "bull",
  backend: number,
  smtp: number,
  workers: number,
  left: () => Promise<number>,
): Promise<Drained> {
  const started = await Promise.all(Array.from({ length: workers }, () => start(kind, backend, smtp)));
  const begun = performance.now();
  for (const { stdin } of started) stdin?.write("go\n");
  while ((await left()) > 0) await sleep(20);
  const seconds = (performance.now() - begun) / 1000;
  const spent = await Promise.all(started.map((worker) => stop(worker)));
  return { seconds, cpuSeconds: spent.reduce((sum, each) => sum + each, 0) };
}

async function start(kind: string, backend: number, smtp: number): Promise<ChildProcess> {
  const program = fileURLToPath(new URL("./worker.js", import.meta.url));
  const child = spawn(process.execPath, [program, kind, `${backend}`, `${smtp}`, "64"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  if (child.stdout !== null) await once(child.stdout, "data");
  return child;
}

async function stop(worker: ChildProcess): Promise<number> {
  const said = worker.stdout === null ? undefined : once(worker.stdout, "data");
  const ended = once(worker, "exit");
  worker.stdin?.write("stop\n");
  const [text = ""] = (await said) ?? [];
  await ended;
  return Number(String(text));
}
