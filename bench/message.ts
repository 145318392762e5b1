/**
 * Building mail, without sending it: a receipt, a large attachment, many recipients, an attachment that mails share.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { attachedSize } from "./building/run.ts";
import { type Cost, rate } from "./report/cost.ts";
import { foreignProgram, isInstalled, program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { type Entrant, interleaved } from "./report/rounds.ts";

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 5;

function builder(name: string, mail: string, warmUp: number, count: number): Entrant {
  const url = new URL(`./building/${name}.js`, import.meta.url);
  return { name, measure: () => program(url, mail, smoke ? 1 : warmUp, smoke ? 1 : count) };
}

const receipts = await interleaved(
  [
    builder("envoi", "receipt", 2000, 10_000),
    builder("nodemailer", "receipt", 500, 2000),
    ...(await python()),
  ],
  rounds,
);
const recipients = await interleaved(
  [builder("envoi", "recipients", 1000, 4000), builder("nodemailer", "recipients", 200, 600)],
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

const shared = await interleaved(
  [builder("envoi", "shared", 3000, 20_000), builder("nodemailer", "shared", 100, 300)],
  rounds,
);

/** Python's email package, for comparison, if it is installed. Its start counts, a tenth of a second. */
async function python(): Promise<Entrant[]> {
  if (!(await isInstalled("python3"))) return [];
  const script = fileURLToPath(new URL("../../bench/building/receipt.py", import.meta.url));
  const count = smoke ? 1 : 1000;
  return [{ name: "Python", measure: () => foreignProgram(count, ["python3", script, String(count)]) }];
}

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
      ...(receipts.has("Python")
        ? [row("text and HTML, not ASCII: Python", receipts, "Python", messages)]
        : []),
      row("20 MB attached: envoi", attachments, "envoi", megabytes),
      row("20 MB attached: nodemailer", attachments, "nodemailer", megabytes),
      row('20 MB, `toString("base64")` alone', attachments, "base64", megabytes),
      row("200 recipients: envoi", recipients, "envoi", messages),
      row("200 recipients: nodemailer", recipients, "nodemailer", messages),
      row("1 MB attached to every mail: envoi", shared, "envoi", messages),
      row("1 MB attached to every mail: nodemailer", shared, "nodemailer", messages),
    ],
  ),
);

/** How many times nodemailer's rate was aimed at, and what was measured. */
const aim = (what: string, costs: ReadonlyMap<string, readonly Cost[]>, least: number): string[] => {
  const measured = rate(costs.get("envoi") ?? []) / rate(costs.get("nodemailer") ?? []);
  return [what, `at least ${least}`, measured.toFixed(1), measured >= least ? "yes" : "no"];
};
publish(
  "message-aims",
  table(
    ["times nodemailer's", "wanted", "measured", "reached"],
    [
      aim("text and HTML, not ASCII", receipts, 12),
      aim("200 recipients", recipients, 12),
      aim("20 MB attached", attachments, 10),
      aim("1 MB attached to every mail", shared, 100),
    ],
  ),
);
