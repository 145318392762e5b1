import { access } from "node:fs/promises";
import { join } from "node:path";

/**
 * The path of a program that `.ci/programs` has unpacked without installing it: Debian lets only one mail server be
 * installed.
 */
export async function unpacked(path: string): Promise<string> {
  const program = join("/var/cache/envoi/programs/root", path);
  await access(program).catch((cause) => {
    throw new Error(`cannot run ${program}: bash .ci/programs`, { cause });
  });
  return program;
}
