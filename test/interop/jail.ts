import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { attempt, run } from "./program.ts";
import { unpacked } from "./unpacked.ts";

/** What a jail is to hold. */
export interface JailPlan {
  /** Programs and libraries that `.ci/programs` has unpacked; each is at the same path in the jail. */
  readonly programs: readonly string[];
  /** Programs and libraries of this system. */
  readonly system?: readonly string[];
  /** Folders to make. */
  readonly folders: readonly string[];
  /** Users and groups to know, besides root and nobody. */
  readonly users: readonly string[];
}

/**
 * Makes a directory the root of a small file system, to run a server in with `chroot`: the paths that some servers have
 * compiled in then lie in the directory, and nothing is written outside of it.
 */
export async function furnishJail(directory: string, plan: JailPlan): Promise<void> {
  const path = (name: string): string => join(directory, name);
  for (const folder of ["dev", "etc", "lib", ...plan.folders]) await mkdir(path(folder), { recursive: true });
  for (const program of plan.programs) await copy(await unpacked(program), path(program));
  for (const program of plan.system ?? []) await copy(join("/", program), path(program));
  await copyLibraries(
    directory,
    [...plan.programs, ...(plan.system ?? [])].map((program) => path(program)),
  );
  for (const [name, minor] of [
    ["null", "3"],
    ["random", "8"],
    ["urandom", "9"],
  ] as const)
    await run("mknod", ["-m", "666", path(`dev/${name}`), "c", "1", minor]);
  await writeFile(path("etc/passwd"), await run("getent", ["passwd", "root", "nobody", ...plan.users]));
  await writeFile(path("etc/group"), await run("getent", ["group", "root", "nogroup", ...plan.users]));
  await writeFile(path("etc/hosts"), "127.0.0.1 localhost\n");
  await writeFile(path("etc/resolv.conf"), "");
}

/** Copies all libraries that these programs are linked with and that are not there yet. */
async function copyLibraries(directory: string, programs: readonly string[]): Promise<void> {
  // Debian keeps libraries in a folder that is named for the architecture.
  const names = await readdir(await unpacked("usr/lib"));
  const theirs = await unpacked(`usr/lib/${names.find((name) => name.includes("-linux-gnu"))}`);
  const own = [...new Set(programs.map((program) => dirname(program)))];
  const environment = { LD_LIBRARY_PATH: [...own, theirs].join(":") };
  // Some may be scripts, for which ldd ends with 1.
  const listed = (await attempt("ldd", programs, undefined, environment)).stdout.toString();
  const missing = /^.*not found.*$/m.exec(listed);
  if (missing !== null) throw new Error(`a library is missing:${missing[0]}`);
  for (const [, found = ""] of listed.matchAll(/=> (\/\S+) \(/g))
    if (!found.startsWith(directory)) await copyFile(found, join(directory, "lib", basename(found)));
  // The loader has no arrow in front of it, and its path is compiled in.
  for (const [, loader = ""] of listed.matchAll(/^\s+(\/\S+) \(/gm))
    if (!loader.startsWith(directory)) await copy(loader, join(directory, loader));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await run("cp", ["-aL", from, to]);
}
