import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The version of the package that this file is in. */
export function ownVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let above = dirname(folder); above !== folder; folder = above, above = dirname(folder)) {
    const found = versionIn(join(folder, "package.json"));
    if (found !== undefined) return found;
  }
  return "unknown";
}

function versionIn(path: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(path, "utf8")) as { name?: unknown; version?: unknown };
    return name === "envoi" && typeof version === "string" ? version : undefined;
  } catch {
    return undefined;
  }
}
