import { EnvoiError } from "../../../errors.ts";
import { Message } from "../../../message/message.ts";
import { signContent } from "../../../message/signed-content.ts";
import type { Signer } from "../../../message/signer.ts";
import type { SendReport } from "../../../protocol/send-report.ts";
import { rawMail } from "../../../transport/mail/raw-mail.ts";
import type { SendOptions } from "../../../transport/send-options.ts";
import { SmtpTransport } from "../../../transport/smtp/smtp-transport.ts";
import type { Transport } from "../../../transport/transport.ts";
import type { CommandHost } from "../../command-host.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { jsonLine } from "../../json-text.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import { Conversation } from "../conversation/conversation.ts";
import { interruptible } from "../interruption.ts";
import { dkimSigner } from "../mail/dkim-flag.ts";
import { type EmlMail, emlMail } from "../mail/eml-mail.ts";
import { MessagePlan } from "../mail/message-plan.ts";
import { requestOptions } from "../mail/request-options.ts";
import { mailOutcome, statusOf } from "../outcome-status.ts";
import { relayBuilder } from "../relay/relay-builder.ts";
import type { SendFlags } from "../send-flags.ts";
import { type Ending, reportData, reportLines, reportOf } from "./report.ts";

/** Sends the one mail that the flags describe, or prints it. */
export async function sendOne(flags: SendFlags, host: CommandHost, reader: ArgumentReader): Promise<void> {
  const { terminal } = host;
  const signer = flags.dkim === undefined ? undefined : await dkimSigner(flags.dkim, reader);
  const mail = await buildable(() => mailOf(flags, host, reader));
  if (flags.dryRun) return print(mail, signer, flags, host);
  const builder = await relayBuilder(flags, terminal, reader, (made) => new SmtpTransport(made));
  if (signer !== undefined) builder.sign(signer);
  if (flags.verbose) builder.logger(new Conversation(terminal)).logAddresses();
  const transport = builder.build();
  const options = requestOptions(flags);
  const begun = performance.now();
  const ending = await interruptible(terminal, (signal) =>
    settled(sendBy(transport, mail, { ...options, signal })),
  );
  await transport.close({ force: ending.error !== undefined });
  const told = { ...ending, milliseconds: performance.now() - begun };
  if (flags.json) terminal.output.write(`${jsonLine(reportData(told))}\n`);
  else
    for (const line of reportLines(told))
      (line.startsWith("envoi: ") ? terminal.errors : terminal.output).write(`${line}\n`);
  host.finish(statusOf[mailOutcome(told.report ?? reportOf(told.error), told.error)]);
}

async function mailOf(
  flags: SendFlags,
  { terminal }: CommandHost,
  reader: ArgumentReader,
): Promise<Message | EmlMail> {
  if (flags.eml !== undefined) return emlMail(flags.eml, flags, reader);
  const plan = await MessagePlan.read(flags, terminal, reader, false);
  return Message.create(plan.fields());
}

/** A mail that cannot be built ends the command with 65, whatever the library calls the mistake. */
async function buildable<T>(build: () => Promise<T>): Promise<T> {
  try {
    return await build();
  } catch (error) {
    if (!EnvoiError.is(error)) throw error;
    throw new CommandError(error.message, ExitStatus.data, { cause: error });
  }
}

function sendBy(transport: Transport, mail: Message | EmlMail, options: SendOptions): Promise<SendReport> {
  return Message.is(mail)
    ? transport.send(mail, options)
    : transport.sendRaw(mail.envelope, mail.content, options);
}

async function settled(sending: Promise<SendReport>): Promise<Omit<Ending, "milliseconds">> {
  try {
    return { report: await sending };
  } catch (error) {
    if (EnvoiError.is(error)) return { error };
    throw error;
  }
}

/** Writes the message as it would be sent to a server without 8BITMIME. */
async function print(
  mail: Message | EmlMail,
  signer: Signer | undefined,
  { json }: SendFlags,
  { terminal: { output } }: CommandHost,
): Promise<void> {
  const signers = signer === undefined ? [] : [signer];
  const sevenBit = { eightBit: false };
  const content = Message.is(mail)
    ? mail.content(sevenBit, signers)
    : signContent(rawMail(mail.envelope, mail.content).content(sevenBit), signers);
  if (!json) {
    for await (const chunk of content.stream()) output.write(chunk);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of content.stream()) chunks.push(chunk);
  const message = Buffer.concat(chunks).toString();
  output.write(`${jsonLine({ envelope: mail.envelope, message })}\n`);
}
