import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The files below a folder whose names end in `ending`, sorted, without those in its subfolders named in `except` and
 * what is installed.
 */
export function filesBelow(folder, ending, except = []) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !(entry.isDirectory() && [...except, "node_modules"].includes(entry.name)))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(path, ending);
      return path.endsWith(ending) ? [path] : [];
    })
    .sort();
}
