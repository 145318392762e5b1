import { SmtpTransport } from "../../../transport/smtp/smtp-transport.ts";
import type { CommandHost } from "../../command-host.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { shown } from "../../masked.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import { Conversation } from "../conversation/conversation.ts";
import { interruptible } from "../interruption.ts";
import { dkimSigner } from "../mail/dkim-flag.ts";
import { MessagePlan } from "../mail/message-plan.ts";
import { requestOptions } from "../mail/request-options.ts";
import { readRate } from "../relay/rate.ts";
import { relayBuilder } from "../relay/relay-builder.ts";
import type { SendFlags } from "../send-flags.ts";
import { DataTable } from "./data-table.ts";
import { MailRun } from "./mail-run.ts";
import { Pacer } from "./pacer.ts";
import { printMails } from "./print-mails.ts";
import { ResumeFile } from "./resume-file.ts";
import { RowMails } from "./row-mails.ts";
import { RunOutput } from "./run-output.ts";
import { survey } from "./survey.ts";
import { Totals } from "./totals.ts";

/** Sends a mail for each row of the data. */
export async function sendMany(
  flags: SendFlags & { readonly data: string },
  host: CommandHost,
  reader: ArgumentReader,
): Promise<void> {
  refuseTogether(flags);
  const { terminal } = host;
  const plan = await MessagePlan.read(flags, terminal, reader, true);
  const signer = flags.dkim === undefined ? undefined : await dkimSigner(flags.dkim, reader);
  const table = await DataTable.open(flags.data, flags.delimiter, reader);
  const found = table.repeatable ? await survey(table, plan.columns, flags.key) : undefined;
  const mails = new RowMails(table, plan, flags.key);
  if (flags.dryRun) return printMails(mails, signer, flags, host);
  const builder = await relayBuilder(flags, terminal, reader, (made) => new SmtpTransport(made));
  if (signer !== undefined) builder.sign(signer);
  if (flags.verbose) builder.logger(new Conversation(terminal)).logAddresses();
  await using transport = builder.build();
  using state = await resumeFile(flags, found?.sha256);
  const totals = new Totals();
  const output = new RunOutput(terminal, totals, found?.rows, flags.json === true, flags.verbose === true);
  const run = new MailRun({
    transport,
    mails,
    state,
    totals,
    output,
    pacer: flags.rate === undefined ? undefined : new Pacer(readRate(flags.rate)),
    options: requestOptions(flags),
    unknownAgain: flags.unknown === "again",
  });
  const notice = "stopping when the mails under way have ended; press Ctrl-C again to stop at once";
  const complete = await interruptible(
    terminal,
    (signal) => run.run(signal),
    notice,
    (text) => output.note(text),
  );
  await output.end(complete);
  host.finish(totals.status(complete));
}

async function resumeFile(flags: SendFlags, sha256: string | undefined): Promise<ResumeFile | undefined> {
  if (flags.resume === undefined || sha256 === undefined) return undefined;
  return ResumeFile.open(flags.resume, {
    sha256,
    key: flags.key,
    acceptChanges: flags.acceptChanges === true,
  });
}

function refuseTogether(flags: SendFlags): void {
  const { data, resume, key, acceptChanges, unknown, eml, quitAfter } = flags;
  if (eml !== undefined || quitAfter !== undefined)
    throw new CommandError(`${eml === undefined ? "--quit-after" : "--eml"}: not used with --data`);
  if (resume !== undefined && data === "-")
    throw new CommandError(
      "--resume: expected --data to be a file, because a run that goes on reads it again. Save the input into one",
    );
  if (acceptChanges && key === undefined)
    throw new CommandError(
      "--accept-changes: expected --key, because lines mean nothing in data that has changed",
    );
  if (unknown !== "hold" && unknown !== "again")
    throw new CommandError(
      `--unknown: expected hold or again, got ${shown(String(unknown))}`,
      ExitStatus.usage,
    );
}
