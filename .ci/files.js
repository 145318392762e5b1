import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * The files below a folder whose names end in `ending`, sorted, except those in the subfolders named in `except` and in
 * node_modules.
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
