import { join } from "node:path";
import process from "node:process";

/** Where `.ci/programs` has installed mailauth, and the line of Node that it needs. */
export const folder = "/var/cache/envoi/programs/mailauth";

/** That Node. */
export const node: string = join(
  folder,
  "node_modules",
  `node-${process.platform}-${process.arch}`,
  "bin",
  "node",
);
