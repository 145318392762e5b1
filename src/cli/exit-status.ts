/** The exit statuses of the command, as BSD's sysexits(3) names them. */
export const ExitStatus = {
  /** Everything is as asked. */
  ok: 0,
  /** `envoi check` found something that must be changed. */
  findings: 1,
  /** The command was called in a wrong way: EX_USAGE. */
  usage: 64,
  /** What was given cannot be made into a message: EX_DATAERR. */
  data: 65,
  /** A file that was named cannot be read: EX_NOINPUT. */
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
  /** Something in a configuration file is wrong: EX_CONFIG. */
  configuration: 78,
} as const;

/** One of the statuses of {@link ExitStatus}. */
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

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
