import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs docs/examples/outbox as `npm start` does, in a folder of its own, and returns what it prints. */
export function runExample(environment: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "envoi-example-"));
  try {
    cpSync(join(root, "docs", "examples", "outbox"), folder, { recursive: true });
    mkdirSync(join(folder, "node_modules", "@electric-sql"), { recursive: true });
    symlinkSync(root, join(folder, "node_modules", "envoi"), "dir");
    for (const name of ["pg", "pg-boss", "@electric-sql/pglite"])
      symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name), "dir");
    const env = { ...process.env, ...environment };
    const { stdout, stderr, status } = spawnSync(process.execPath, ["start.js"], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`the example ended with ${status}: ${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What it prints. */
export const story = `order 3 failed: We are out of unicorns
2 orders, 2 receipts wait
Ada's receipt: sent
Gus's receipt: sent
a bounce about mail to Gus: 550 5.1.1 No such user
no more mail to gus@example.org
Gus's next receipt: suppressed
`;
