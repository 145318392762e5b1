/** Building mail, without sending it: text and HTML beyond ASCII, and an attachment of 20 MB. */
import process from "node:process";
import { attachedSize } from "./building/run.ts";
import { type Cost, rate } from "./report/cost.ts";
import { program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { type Entrant, interleaved } from "./report/rounds.ts";

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 5;

function builder(name: string, mail: string, warmUp: number, count: number): Entrant {
  const url = new URL(`./building/${name}.js`, import.meta.url);
  return { name, measure: () => program(url, mail, smoke ? 1 : warmUp, smoke ? 1 : count) };
}

const receipts = await interleaved(
  [builder("envoi", "receipt", 2000, 10_000), builder("nodemailer", "receipt", 500, 2000)],
  rounds,
);
const attachments = await interleaved(
  [
    builder("envoi", "attachment", 3, 20),
    builder("nodemailer", "attachment", 3, 10),
    builder("base64", "attachment", 3, 40),
  ],
  rounds,
);

const row = (
  what: string,
  costs: ReadonlyMap<string, readonly Cost[]>,
  name: string,
  shown: (rate: number) => string,
): string[] => {
  const own = rate(costs.get(name) ?? []);
  return [what, shown(own), (own / rate(costs.get("nodemailer") ?? [])).toFixed(1)];
};
const messages = (rate: number): string => `${rate.toFixed(0)} messages/s`;
const megabytes = (rate: number): string => `${((rate * attachedSize) / 1e6).toFixed(0)} MB/s`;
publish(
  "message",
  table(
    ["", "built", "times nodemailer's"],
    [
      row("text and HTML, not ASCII: envoi", receipts, "envoi", messages),
      row("text and HTML, not ASCII: nodemailer", receipts, "nodemailer", messages),
      row("20 MB attached: envoi", attachments, "envoi", megabytes),
      row("20 MB attached: nodemailer", attachments, "nodemailer", megabytes),
      row('20 MB, `toString("base64")` alone', attachments, "base64", megabytes),
    ],
  ),
);
