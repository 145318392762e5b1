import type { ErrorKind } from "../../errors.ts";

/** The meaning of an exit code. */
export interface ExitCode {
  /** Its name in sysexits.h, and what it means. */
  readonly meaning: string;
  readonly kind: ErrorKind;
  /** Whether the same mail may pass later. */
  readonly transient: boolean;
}

/** The exit codes of sendmail programs, from sysexits.h. */
export const exitCodes: Readonly<Record<number, ExitCode>> = {
  64: { meaning: "EX_USAGE: it does not know these arguments", kind: "configuration", transient: false },
  65: {
    meaning: "EX_DATAERR: it does not accept this message or address",
    kind: "rejected",
    transient: false,
  },
  66: { meaning: "EX_NOINPUT: it could not read the message", kind: "rejected", transient: false },
  67: { meaning: "EX_NOUSER: there is no such recipient", kind: "rejected", transient: false },
  68: { meaning: "EX_NOHOST: there is no such domain", kind: "rejected", transient: false },
  69: {
    meaning: "EX_UNAVAILABLE: it cannot send this mail, or it is not running",
    kind: "rejected",
    transient: false,
  },
  70: { meaning: "EX_SOFTWARE: it has an internal error", kind: "rejected", transient: true },
  71: { meaning: "EX_OSERR: the system gave it no process or memory", kind: "rejected", transient: true },
  72: { meaning: "EX_OSFILE: a file of the system is missing", kind: "configuration", transient: false },
  73: { meaning: "EX_CANTCREAT: it cannot write to its queue", kind: "rejected", transient: false },
  74: { meaning: "EX_IOERR: reading or writing failed", kind: "rejected", transient: true },
  75: { meaning: "EX_TEMPFAIL: later it may", kind: "rejected", transient: true },
  76: { meaning: "EX_PROTOCOL: the next relay violated the protocol", kind: "rejected", transient: false },
  77: {
    meaning: "EX_NOPERM: this user or sender is not allowed to send",
    kind: "rejected",
    transient: false,
  },
  78: { meaning: "EX_CONFIG: its configuration is wrong", kind: "configuration", transient: false },
};
