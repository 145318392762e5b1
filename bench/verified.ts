/**
 * What the option verify costs the server: signed mails of 4 kB over four connections, into two
 * servers that differ in nothing else. Their hook reads the mail; one of them awaits who sent it.
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { DkimSigner, Message } from "envoi";
import { type Cost, cpuEach } from "./report/cost.ts";
import { program } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { interleaved } from "./report/rounds.ts";
import { ServerProcess } from "./server/server-process.ts";

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 7;
const count = smoke ? 16 : 4000;

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const signing = { domain: "example.com", selector: "2026", key: privateKey } as const;
const mail = await Message.builder()
  .from("Shop <shop@example.com>")
  .to("jane@example.net")
  .subject("Your order")
  .text("Your order is on its way. It will be with you within three days, weather allowing.\n".repeat(42))
  .sign(DkimSigner.create(signing))
  .build()
  .bytes();
const { name, value } = DkimSigner.record(signing);
const zone = {
  [`TXT ${name}`]: value,
  "TXT example.com": "v=spf1 ip4:198.51.100.0/24 ip4:127.0.0.0/8 -all",
  "TXT _dmarc.example.com": "v=DMARC1; p=reject; rua=mailto:dmarc@example.com",
};

const folder = mkdtempSync(join(tmpdir(), "envoi-bench-"));
const file = join(folder, "mail.eml");
writeFileSync(file, mail);
try {
  await using without = await server("without", "");
  await using verifying = await server("verify", JSON.stringify(zone));
  const both = [without, verifying];
  const send = (to: ServerProcess) => async (): Promise<Cost> => {
    const before = to.cpuSeconds;
    const cost = await program<Cost>(new URL("./verify/client.js", import.meta.url), to.port, count, file);
    return { ...cost, cpuSeconds: to.cpuSeconds - before };
  };
  // This is their warm-up.
  if (!smoke) for (const each of both) await send(each)();
  const costs = await interleaved(
    both.map((each) => ({ name: each.name, measure: send(each) })),
    rounds,
  );
  const [plain, verified] = both.map((each) => cpuEach(costs.get(each.name) ?? []));
  publish(
    "verified",
    table(
      [`a mail of ${mail.length} octets`, "without", "with `verify`", "more"],
      [
        [
          "µs of the server's CPU",
          (plain ?? 0).toFixed(0),
          (verified ?? 0).toFixed(0),
          ((verified ?? 0) - (plain ?? 0)).toFixed(0),
        ],
      ],
    ),
  );
} finally {
  rmSync(folder, { recursive: true });
}

function server(name: string, zone: string): Promise<ServerProcess> {
  const path = fileURLToPath(new URL("./verify/server.js", import.meta.url));
  return ServerProcess.start(name, (port) => [process.execPath, path, String(port), zone]);
}
