/** Signing a mail of 4 kB by DKIM, relaxed/relaxed, against nodemailer and against node:crypto alone. */
import process from "node:process";
import { cpuEach } from "./report/cost.ts";
import { program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { type Entrant, interleaved } from "./report/rounds.ts";

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 5;

function signer(name: string, key: string, count: number): Entrant {
  const url = new URL(`./signing/${name}.js`, import.meta.url);
  return { name, measure: () => program(url, key, smoke ? 1 : count / 4, smoke ? 1 : count) };
}

const rsa = await interleaved(
  [signer("envoi", "rsa", 4000), signer("nodemailer", "rsa", 2000), signer("crypto", "rsa", 4000)],
  rounds,
);
// nodemailer signs only with RSA.
const ed25519 = await interleaved(
  [signer("envoi", "ed25519", 20_000), signer("crypto", "ed25519", 20_000)],
  rounds,
);

const row = (what: string, costs: typeof rsa, name: string): string[] => {
  const own = cpuEach(costs.get(name) ?? []);
  return [what, own.toFixed(0), (own / cpuEach(costs.get("crypto") ?? [])).toFixed(2)];
};
publish(
  "signing",
  table(
    ["", "µs of CPU a mail", "divided by node:crypto's"],
    [
      row("RSA-2048: envoi", rsa, "envoi"),
      row("RSA-2048: nodemailer", rsa, "nodemailer"),
      row("RSA-2048: node:crypto alone", rsa, "crypto"),
      row("Ed25519: envoi", ed25519, "envoi"),
      row("Ed25519: node:crypto alone", ed25519, "crypto"),
    ],
  ),
);
