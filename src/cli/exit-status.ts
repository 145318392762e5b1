/** The exit statuses of the command, as BSD's sysexits(3) names them. */
export const ExitStatus = {
  /** Everything is as asked. */
  ok: 0,
  /** Something was found that must be changed, or the state of a mail does not allow the change. */
  findings: 1,
  /** The command was called in a wrong way: EX_USAGE. */
  usage: 64,
  /** A message cannot be built, or data cannot be used: EX_DATAERR. */
  data: 65,
  /** A file cannot be read: EX_NOINPUT. */
  noInput: 66,
  /** A server refused for good, or a service is missing: EX_UNAVAILABLE. */
  unavailable: 69,
  /** A fault of the program, or a mail of which nobody knows whether it went: EX_SOFTWARE. */
  software: 70,
  /** The operating system refused, for example a port that is in use: EX_OSERR. */
  system: 71,
  /** A file cannot be written: EX_CANTCREAT. */
  cannotCreate: 73,
  /** The same may work later: EX_TEMPFAIL. */
  temporary: 75,
  /** A file with settings has a mistake in it: EX_CONFIG. */
  configuration: 78,
} as const;

/** One of the statuses of {@link ExitStatus}. */
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/**
 * What a file is for that the command line names. It decides the exit status if the file cannot be used:
 *
 * - `"mail"`: `envoi send` makes mails of it: texts, attachments, addresses, rows, the DKIM key. If one is missing, a
 *   message cannot be built.
 * - `"data"`: the command is about its content: the mail of `envoi verify`, the list of `suppressions import`.
 * - `"settings"`: it says how a command works: certificates, keys, users, faults, a file in place of DNS.
 */
export type FileUse = "mail" | "data" | "settings";

/** The exit status if a file cannot be read, or if its content cannot be used. */
export const fileStatus: Readonly<
  Record<FileUse, { readonly unreadable: ExitStatus; readonly wrong: ExitStatus }>
> = {
  mail: { unreadable: ExitStatus.data, wrong: ExitStatus.data },
  data: { unreadable: ExitStatus.noInput, wrong: ExitStatus.data },
  settings: { unreadable: ExitStatus.noInput, wrong: ExitStatus.configuration },
};

/** Ends the command with a message of one line and a status. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
  /** The exit status. */
  readonly status: ExitStatus;

  /** Takes the message, which says what was expected, what came and what to do; and the status. */
  constructor(message: string, status: ExitStatus = ExitStatus.usage, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}
