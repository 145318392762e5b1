import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import process from "node:process";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { unwritable } from "../../input-file.ts";

/** Keeps two runs from using one resume file, which would send mails twice: a file beside it with the process id. */
export class RunLock {
  readonly #path: string;
  readonly #lock: string;

  private constructor(path: string, lock: string) {
    this.#path = path;
    this.#lock = lock;
  }

  /** @throws CommandError if a process that lives has it. */
  static take(path: string): RunLock {
    if (held.has(path)) throw inUse(path, process.pid);
    const lock = `${path}.lock`;
    for (let attempt = 0; ; attempt++) {
      try {
        const descriptor = openSync(lock, "wx");
        writeSync(descriptor, String(process.pid));
        closeSync(descriptor);
        held.add(path);
        return new RunLock(path, lock);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt > 0)
          throw unwritable("--resume", path, error);
        const owner = Number(readFileSync(lock, "utf8"));
        // In a container, a killed run and the next one may have the same id.
        if (owner !== process.pid && lives(owner)) throw inUse(path, owner);
        // Its owner was killed.
        rmSync(lock, { force: true });
      }
    }
  }

  release(): void {
    held.delete(this.#path);
    rmSync(this.#lock, { force: true });
  }
}

/** The paths of the runs in this process. */
const held: Set<string> = new Set();

function inUse(path: string, owner: number): CommandError {
  const message = `--resume: the process ${owner} uses ${path}. If it is no run of envoi, remove ${path}.lock`;
  return new CommandError(message, ExitStatus.temporary);
}

function lives(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
