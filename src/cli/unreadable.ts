import { CommandError, type ExitStatus } from "./exit-status.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "its permissions do not allow it",
  EISDIR: "it is a folder",
};

/** The error for a file, named by a flag, that cannot be read. */
export function unreadable(flag: string, path: string, cause: unknown, status: ExitStatus): CommandError {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return new CommandError(
    `${flag}: cannot read ${JSON.stringify(path)}: ${reasons[code] ?? message}`,
    status,
    {
      cause,
    },
  );
}
