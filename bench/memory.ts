/**
 * Memory: how much a mail with a file of 1 GB takes while it is read piece by piece, compared with one of 50 MB before.
 */

import { execFile } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { publish, table } from "./report/publish.ts";

const smoke = process.argv.includes("--smoke");
const folder = mkdtempSync(join(tmpdir(), "envoi-bench-"));
const file = (name: string, size: number): string => {
  const path = join(folder, name);
  writeFileSync(path, "");
  truncateSync(path, size);
  return path;
};
const small = file("small.bin", 50_000_000);
const large = file("large.bin", smoke ? 50_000_000 : 1_000_000_000);
try {
  // So that reading is not slowed by the system's cache.
  for await (const _ of createReadStream(large));
  const rows: string[][] = [];
  for (const name of ["envoi", "nodemailer"]) {
    const script = fileURLToPath(new URL(`./memory/${name}.js`, import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, small, large]);
    const { before, peak, seconds } = JSON.parse(stdout);
    rows.push(
      [name, before, peak, peak - before, seconds].map((cell) =>
        typeof cell === "number" ? cell.toFixed(1) : cell,
      ),
    );
  }
  publish("memory", table(["", "MB, 50 MB file", "MB, 1 GB file", "grown by", "seconds"], rows));
} finally {
  rmSync(folder, { recursive: true });
}
