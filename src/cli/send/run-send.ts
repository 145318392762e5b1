import type { CommandHost } from "../command-host.ts";
import { CommandError } from "../exit-status.ts";
import { ArgumentReader } from "./argument-reader.ts";
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
