/**
 * Catching mail with the page open: `envoi catch` and MailDev, which is installed for the run. The mails come from
 * smtp-source over 4 connections; each page is open in a Chromium of its own.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { cpuEach, rate } from "./report/cost.ts";
import { foreignProgram, isInstalled } from "./report/program.ts";
import { publish, table } from "./report/publish.ts";
import { interleaved } from "./report/rounds.ts";
import { ServerProcess } from "./server/server-process.ts";
import { small } from "./server/small.ts";

const browserPath = process.env["ENVOI_CHROMIUM"] ?? "/usr/bin/chromium";
if (!(await isInstalled("smtp-source")) || !existsSync(browserPath)) {
  console.error("This benchmark needs smtp-source and Chromium: apt-get install postfix chromium");
  process.exit(1);
}

const smoke = process.argv.includes("--smoke");
const rounds = smoke ? 1 : 7;
const count = smoke ? 50 : 4000;
const maildev = "maildev@3.0.0";
const folder = mkdtempSync(join(tmpdir(), "envoi-bench-"));
const servers: ServerProcess[] = [];
try {
  const npm = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", maildev];
  await promisify(execFile)("npm", npm);
  const command = fileURLToPath(new URL("../src/cli/index.js", import.meta.url));
  servers.push(
    await ServerProcess.start("envoi catch", (smtp, http) =>
      [process.execPath, command, "catch", "--smtp", `127.0.0.1:${smtp}`, "--http", `127.0.0.1:${http}`].map(
        String,
      ),
    ),
    await ServerProcess.start("MailDev", (smtp, http) =>
      [
        join(folder, "node_modules", ".bin", "maildev"),
        ...["--ip", "127.0.0.1", "--smtp", smtp, "--web-ip", "127.0.0.1", "--web", http],
        ...["--max-emails", 500, "--silent"],
      ].map(String),
    ),
  );
  const costs = await interleaved(
    servers.map((server) => ({ name: server.name, measure: () => withPage(server, () => fill(server)) })),
    rounds,
  );
  const row = (what: string, of: typeof rate, digits: number) => {
    const [ours = 0, theirs = 0] = servers.map(({ name }) => of(costs.get(name) ?? []));
    return [what, ours.toFixed(digits), theirs.toFixed(digits), (ours / theirs).toFixed(2)];
  };
  const rows = [row("mails per second", rate, 0), row("CPU of a mail in µs", cpuEach, 0)];
  publish("catcher", table(["", "envoi catch", "MailDev 3.0.0", "envoi / MailDev"], rows));
} finally {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  rmSync(folder, { recursive: true, force: true });
}

/** The processor time of the server counts, not that of the client and the browser. */
async function fill(server: ServerProcess) {
  const mail = ["-l", small.size, "-f", "jo@example.com", "-t", "jane@example.net"];
  const source = ["smtp-source", "-d", "-s", 4, ...mail, "-m", count, `127.0.0.1:${server.port}`];
  const before = server.cpuSeconds;
  const cost = await foreignProgram(count, source.map(String));
  return { ...cost, cpuSeconds: server.cpuSeconds - before };
}

/** Runs an action while the page of a server is open. */
async function withPage<T>(server: ServerProcess, action: () => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    // The second port of a server is that of its page.
    await page.goto(`http://127.0.0.1:${server.tlsPort}/`, { waitUntil: "load" });
    await page.waitForTimeout(1000);
    return await action();
  } finally {
    await browser.close();
  }
}
