import { EnvoiError } from "../../errors.ts";
import type { CommandHost } from "../command-host.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import { ArgumentReader } from "./argument-reader.ts";
import { inFlags } from "./in-flags.ts";
import { quitAfter } from "./one/quit-after.ts";
import { sendOne } from "./one/send-one.ts";
import type { SendFlags } from "./send-flags.ts";

/** Does what `envoi send` is asked for. */
export async function runSend(flags: SendFlags, host: CommandHost): Promise<void> {
  if (flags.password !== undefined)
    throw new CommandError(
      "--password: expected no password among the arguments, because every user of this machine can read them. " +
        "Put it into ENVOI_PASSWORD, or leave it out to be asked for it",
    );
  try {
    await sendAs(flags, host);
  } catch (error) {
    if (!EnvoiError.is(error) || (error.kind !== "configuration" && error.kind !== "address")) throw error;
    throw new CommandError(inFlags(error.message), ExitStatus.usage, { cause: error });
  }
}

async function sendAs(flags: SendFlags, host: CommandHost): Promise<void> {
  const reader = new ArgumentReader(host.terminal.input);
  const { data } = flags;
  if (data !== undefined) {
    await (await import("./many/send-many.ts")).sendMany({ ...flags, data }, host, reader);
    return;
  }
  for (const flag of ["resume", "key", "rate", "delimiter", "acceptChanges"] as const)
    if (flags[flag] !== undefined)
      throw new CommandError(
        `--${flag === "acceptChanges" ? "accept-changes" : flag}: only used with --data`,
      );
  await (flags.quitAfter === undefined ? sendOne : quitAfter)(flags, host, reader);
}
