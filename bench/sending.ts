/**
 * Pooled sending of 4 kB text mails over 4 connections into Postfix's smtp-sink: envoi, nodemailer, and Postfix's
 * smtp-source as the limit.
 */
import process from "node:process";
import { cpuEach, rate } from "./report/cost.ts";
import { foreignProgram, isInstalled, program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { interleaved } from "./report/rounds.ts";
import { recipient, sender, textSize } from "./sending/mail.ts";
import { connections } from "./sending/run.ts";
import { Sink } from "./sending/sink.ts";

for (const name of ["smtp-sink", "smtp-source"]) {
  if (await isInstalled(name)) continue;
  console.error(`This benchmark needs ${name}, which comes with Postfix: apt-get install postfix`);
  process.exit(1);
}

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 5;
/** Each contender sends for about two seconds in each round. */
const counts = smoke
  ? { warmUp: 50, envoi: 500, nodemailer: 100, source: 500 }
  : { warmUp: 5000, envoi: 40_000, nodemailer: 8000, source: 40_000 };

await using sink = await Sink.start();
const { port } = sink;
const source = ["smtp-source", "-d", "-s", connections, "-l", textSize, "-m", counts.source]
  .concat("-f", sender, "-t", recipient, `127.0.0.1:${port}`)
  .map(String);

const costs = await interleaved(
  [
    {
      name: "envoi",
      measure: () =>
        program(new URL("./sending/envoi.js", import.meta.url), port, counts.warmUp, counts.envoi),
    },
    {
      name: "nodemailer",
      measure: () =>
        program(new URL("./sending/nodemailer.js", import.meta.url), port, counts.warmUp, counts.nodemailer),
    },
    { name: "smtp-source", measure: () => foreignProgram(counts.source, source) },
  ],
  rounds,
);

const rival = costs.get("nodemailer") ?? [];
const rows = [...costs].map(([name, rounds]) => [
  name,
  rate(rounds).toFixed(0),
  (rate(rounds) / rate(rival)).toFixed(1),
  cpuEach(rounds).toFixed(0),
  (cpuEach(rival) / cpuEach(rounds)).toFixed(1),
]);
publish(
  "sending",
  table(["", "messages/s", "times nodemailer's", "µs of CPU a message", "nodemailer's, divided by it"], rows),
);
