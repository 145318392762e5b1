import { readFileSync } from "node:fs";
import { CommandError, ExitStatus, type FileUse, fileStatus } from "./exit-status.ts";
import { shown } from "./masked.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "its permissions do not allow it",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EROFS: "the disk is read-only",
  ENAMETOOLONG: "there is no such file",
};

/** People write the secret itself in place of its file, so errors never repeat the values of these flags. */
const secretFlags: ReadonlySet<string> = new Set(["--auth", "--users", "--key", "--cert-key", "--dkim"]);

/**
 * The error for a file that cannot be read.
 *
 * @param flag the flag or the argument that names it
 */
export function unreadable(flag: string, path: string, cause: unknown, use: FileUse): CommandError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const file = secretFlags.has(flag) ? "the file that it names" : shown(path);
  const reason = reasons[code] ?? (secretFlags.has(flag) ? code : message);
  return new CommandError(`${flag}: cannot read ${file}: ${reason}`, fileStatus[use].unreadable, { cause });
}

/** The error for a file that cannot be written. */
export function unwritable(flag: string, path: string, cause: unknown): CommandError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const reason = code === "ENOENT" ? "there is no such folder" : (reasons[code] ?? message);
  return new CommandError(`${flag}: cannot write ${shown(path)}: ${reason}`, ExitStatus.cannotCreate, {
    cause,
  });
}

/** The error for a file whose content cannot be used. */
export function wrongFile(
  flag: string,
  path: string,
  problem: string,
  use: FileUse,
  cause?: unknown,
): CommandError {
  const file = secretFlags.has(flag) ? "" : ` ${shown(path)}:`;
  return new CommandError(`${flag}:${file} ${problem}`, fileStatus[use].wrong, { cause });
}

/** The text of a file with settings. @throws CommandError if it cannot be read. */
export function readSettings(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch (cause) {
    throw unreadable(flag, path, cause, "settings");
  }
}

/** What a file with settings in JSON contains. @throws CommandError if it cannot be read, or is not JSON. */
export function readJsonSettings(flag: string, path: string): unknown {
  const text = readSettings(flag, path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrongFile(flag, path, `expected JSON: ${jsonProblem(cause as Error)}`, "settings", cause);
  }
}

/** Runs what uses the content of a file; its errors name the flag and the file. @throws CommandError */
export function fromFile<T>(flag: string, path: string, use: FileUse, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw wrongFile(flag, path, withoutOption((cause as Error).message), use, cause);
  }
}

/** A message of the library without the name of its option, in whose place the flag stands. */
function withoutOption(message: string): string {
  return message.replace(/^(?:addRootCertificate|identity(?:\.\w+)?): /, "");
}

/** What is wrong with a text in JSON, without the part of the text that Node.js quotes: it may be a password. */
function jsonProblem({ message }: Error): string {
  return message.replace(/,? (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, "");
}
