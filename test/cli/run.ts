import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { CommandFactory } from "#src/cli/command-host.js";
import { runProgram } from "#src/cli/program.js";
import type { Terminal } from "#src/cli/terminal.js";

/** What a command line did. */
export interface Ran {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command line in this process, in a pipe. */
export async function run(
  args: readonly string[],
  environment: Terminal["environment"] = {},
  input: string | Buffer = "",
  factories?: readonly CommandFactory[],
): Promise<Ran> {
  const { terminal, output, errors } = pipe(environment, input);
  const told = Promise.all([text(output), text(errors)]);
  const status = await runProgram(args, terminal, factories);
  output.end();
  errors.end();
  const [out, err] = await told;
  return { status, output: out, errors: err };
}

/** A terminal whose streams are pipes, and its ends. */
export function pipe(environment: Terminal["environment"] = {}, input: string | Buffer = "") {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const terminal: Terminal = { input: Readable.from([Buffer.from(input)]), output, errors, environment };
  return { terminal, output, errors };
}
