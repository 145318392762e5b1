import { readFileSync } from "node:fs";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { unreadable } from "../unreadable.ts";

/** The text of a file that a flag names. @throws CommandError if it cannot be read. */
export function readTextFile(path: string, flag: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch (cause) {
    throw unreadable(flag, path, cause, ExitStatus.noInput);
  }
}

/** What a file of JSON contains. @throws CommandError if it cannot be read, or is not JSON. */
export function readJsonFile(path: string, flag: string): unknown {
  try {
    return JSON.parse(readTextFile(path, flag));
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const problem = `${flag}: ${JSON.stringify(path)} is not JSON: ${(cause as Error).message}`;
    throw new CommandError(problem, ExitStatus.configuration, { cause });
  }
}

/** Runs what reads the content of a file; its error names the flag. */
export function fromFile<T>(flag: string, path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const problem = `${flag}: ${JSON.stringify(path)}: ${(cause as Error).message}`;
    throw new CommandError(problem, ExitStatus.configuration, { cause });
  }
}
