/** Verifying a signed mail of 10 kB, against mailauth in its strict mode: SPF, DKIM, ARC and DMARC, with warm DNS. */
import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cpuEach } from "./report/cost.ts";
import { publish, table } from "./report/publish.ts";
import { type Entrant, interleaved } from "./report/rounds.ts";
import { node } from "./verify/rival.ts";

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 7;
const run = promisify(execFile);

/** Both run in the Node that mailauth needs. */
function verifier(name: string, count: number): Entrant {
  const path = fileURLToPath(new URL(`./verify/${name}.js`, import.meta.url));
  const amounts = smoke ? ["1", "8"] : [String(count / 4), String(count)];
  return { name, measure: async () => JSON.parse((await run(node, [path, ...amounts])).stdout) };
}

const costs = await interleaved([verifier("envoi", 8000), verifier("mailauth", 2000)], rounds);
const [own, rival] = ["envoi", "mailauth"].map((name) => cpuEach(costs.get(name) ?? []));
publish(
  "verify",
  table(
    ["", "µs of CPU a mail", "divided by mailauth's"],
    [
      ["envoi", (own ?? 0).toFixed(0), ((own ?? 0) / (rival ?? 1)).toFixed(2)],
      ["mailauth 7.1, strict", (rival ?? 0).toFixed(0), "1.00"],
    ],
  ),
);

const bodies: { readonly kind: string; readonly grown: number; readonly rate: number }[] = [];
for (const kind of ["text", "blank lines", "blanks", "one endless line"]) {
  const path = fileURLToPath(new URL("./verify/bodies.js", import.meta.url));
  const { stdout } = await run(process.execPath, [path, kind, smoke ? "10" : "1000"]);
  bodies.push({ kind, ...JSON.parse(stdout) });
}
const text = bodies[0]?.rate ?? 1;
publish(
  "verify-bodies",
  table(
    ["a body of 1 GB", "MB a second of CPU", "divided by that of text", "memory grown by, MB"],
    bodies.map(({ kind, rate, grown }) => [
      kind,
      rate.toFixed(0),
      (rate / text).toFixed(2),
      grown.toFixed(1),
    ]),
  ),
);
