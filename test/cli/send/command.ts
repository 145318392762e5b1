import type { Terminal } from "#src/cli/terminal.js";
import { type Ran, run } from "../run.ts";

/** Runs `envoi send` in this process, in a pipe. */
export function send(
  args: readonly string[],
  { input = "", environment = {} }: { input?: string | Buffer; environment?: Terminal["environment"] } = {},
): Promise<Ran> {
  return run(["send", ...args], environment, input);
}
