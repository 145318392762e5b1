import { PassThrough, Readable } from "node:stream";
import { runProgram } from "#src/cli/program.js";
import type { Terminal } from "#src/cli/terminal.js";

/** What a command line did. */
export interface Ran {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs `envoi send` in this process, in a pipe. */
export async function send(
  args: readonly string[],
  { input = "", environment = {} }: { input?: string | Buffer; environment?: Terminal["environment"] } = {},
): Promise<Ran> {
  const [output, errors] = [new PassThrough(), new PassThrough()];
  const terminal: Terminal = { input: Readable.from([Buffer.from(input)]), output, errors, environment };
  const told = Promise.all([text(output), text(errors)]);
  const status = await runProgram(["send", ...args], terminal);
  output.end();
  errors.end();
  const [out, err] = await told;
  return { status, output: out, errors: err };
}

async function text(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
