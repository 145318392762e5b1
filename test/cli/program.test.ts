import assert from "node:assert/strict";
import { test } from "node:test";
import { Command } from "commander";
import { EnvoiError } from "envoi";
import type { CommandFactory } from "#src/cli/command-host.js";
import { CommandError, ExitStatus } from "#src/cli/exit-status.js";
import { run as runCommand } from "./run.ts";

/** Runs a command line with other commands. */
function run(args: readonly string[], ...factories: CommandFactory[]) {
  return runCommand(args, {}, "", factories);
}

/** A command `try` whose action is given. */
function trying(action: (host: Parameters<CommandFactory>[0]) => void | Promise<void>): CommandFactory {
  return (host) => new Command("try").option("--number <n>").action(() => action(host));
}

test("A command that ends well exits with 0, and with what it says otherwise", async () => {
  assert.equal(
    (
      await run(
        ["try"],
        trying(() => undefined),
      )
    ).status,
    ExitStatus.ok,
  );
  assert.equal(
    (
      await run(
        ["try"],
        trying((host) => host.finish(ExitStatus.findings)),
      )
    ).status,
    1,
  );
});

test("A wrong command line exits with 64 and names what is wrong", async () => {
  for (const [args, named] of [
    [["tyr"], "tyr"],
    [["try", "--numbr", "1"], "--numbr"],
    [["try", "--number"], "--number"],
  ] as const) {
    const { status, output, errors } = await run(
      args,
      trying(() => undefined),
    );
    assert.deepEqual([status, output], [ExitStatus.usage, ""]);
    assert.match(errors, new RegExp(named));
  }
});

test("A value that was given to an unknown flag is not repeated, because it may be a password", async () => {
  for (const flag of ["--auth-password", "--pass", "-ap"]) {
    const { status, errors } = await run(
      [`try`, `${flag}=it's 'secret'\n'x'`],
      trying(() => undefined),
    );
    assert.equal(status, ExitStatus.usage);
    assert.match(errors, new RegExp(`^error: unknown option '${flag}'\n`));
    assert.doesNotMatch(errors, /secret|x'/);
  }
});

test("Help exits with 0 and has no control characters when it goes into a pipe", async () => {
  const { status, output } = await run(
    ["try", "--help"],
    trying(() => undefined),
  );
  assert.equal(status, ExitStatus.ok);
  assert.match(output, /Usage: envoi try/);
  assert.doesNotMatch(output, /\x1b/);
});

test("An error is one line, and its class decides the exit status", async () => {
  for (const [error, status] of [
    [new CommandError("port 1025 is in use", ExitStatus.system), ExitStatus.system],
    [
      new EnvoiError("port: expected a number", {
        kind: "configuration",
        delivery: "not-sent",
        transient: false,
        permanent: true,
      }),
      ExitStatus.usage,
    ],
    [new Error("boom"), ExitStatus.software],
  ] as const) {
    const result = await run(
      ["try"],
      trying(() => Promise.reject(error)),
    );
    assert.deepEqual(result, { status, output: "", errors: `envoi: ${error.message}\n` });
  }
});
