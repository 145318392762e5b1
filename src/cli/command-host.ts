import type { Command } from "commander";
import type { ExitStatus } from "./exit-status.ts";
import type { Terminal } from "./terminal.ts";

/** What a command gets besides its arguments. */
export interface CommandHost {
  /** Where it reads and writes. */
  readonly terminal: Terminal;
  /** Takes the exit status, if it is not 0. A command that throws a CommandError needs no other call. */
  finish(status: ExitStatus): void;
}

/** Makes a command: its flags and its help. Its action loads the code that does the work. */
export type CommandFactory = (host: CommandHost) => Command;
