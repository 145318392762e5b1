import type { Address } from "../../../address/address.ts";
import { command, type Dialogue } from "../../../protocol/dialogue.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { Verdicts } from "../../../transport/smtp/lasting-failures.ts";
import { LoginTurns } from "../../../transport/smtp/login/login-turns.ts";
import { openSession } from "../../../transport/smtp/session/session.ts";
import { Opening } from "../../../transport/smtp/session/session-opening.ts";
import type { CommandHost } from "../../command-host.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { jsonLine } from "../../json-text.ts";
import { shown } from "../../masked.ts";
import { printable } from "../../printable.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import { Conversation } from "../conversation/conversation.ts";
import { inFlags } from "../in-flags.ts";
import { mailboxesIn } from "../mail/address-template.ts";
import { type MailOutcome, statusOf, worstOf } from "../outcome-status.ts";
import { relayBuilder } from "../relay/relay-builder.ts";
import type { SendFlags } from "../send-flags.ts";
import { replyData } from "./report.ts";

/** The answer to RCPT. */
interface Answer {
  readonly recipient: Address;
  readonly reply: Reply;
}

/** Goes as far as EHLO, the login or the recipients, and says goodbye: no mail is sent. */
export async function quitAfter(flags: SendFlags, host: CommandHost, reader: ArgumentReader): Promise<void> {
  const { terminal } = host;
  const step = flags.quitAfter?.toLowerCase() ?? "";
  if (!["hello", "ehlo", "auth", "rcpt"].includes(step))
    throw new CommandError(`--quit-after: expected hello, auth or rcpt, got ${shown(step)}`);
  const envelope = step === "rcpt" ? envelopeOf(flags, host) : undefined;
  const builder = await relayBuilder(flags, terminal, reader, (options) => options);
  if (flags.verbose) builder.logger(new Conversation(terminal)).logAddresses();
  const options = builder.build();
  let answers: readonly Answer[] = [];
  try {
    const session = await openSession(
      options,
      new Opening({ insists: true }),
      new LoginTurns(new Verdicts(options.clock)),
    );
    if (envelope !== undefined)
      answers = await session.connection.play(recipientsOnly(envelope.from, envelope.to));
    await session.close();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const status = error.transient ? ExitStatus.temporary : ExitStatus.unavailable;
    throw new CommandError(printable(inFlags(error.message)), status, { cause: error });
  }
  if (flags.json) {
    const recipients = answers.map(({ recipient, reply }) => ({
      address: recipient,
      outcome: outcomeOf(reply),
      ...replyData(reply),
    }));
    terminal.output.write(`${jsonLine({ quitAfter: step, recipients })}\n`);
  } else
    for (const { recipient, reply } of answers)
      terminal.output.write(`${outcomeOf(reply).padEnd(8)}  ${recipient}  ${printable(String(reply))}\n`);
  host.finish(statusOf[worstOf(answers.map(({ reply }) => outcomeOf(reply)))]);
}

function envelopeOf(flags: SendFlags, { terminal }: CommandHost) {
  const from = flags.envelopeFrom ?? flags.from ?? terminal.environment["ENVOI_FROM"] ?? "<>";
  const to = flags.envelopeTo ?? [...(flags.to ?? []), ...(flags.cc ?? []), ...(flags.bcc ?? [])];
  if (to.length === 0) throw new CommandError("--quit-after rcpt: expected --to");
  const addresses = (list: string, flag: string) => mailboxesIn(list, flag).map(({ address }) => address);
  return {
    from: from.trim() === "<>" ? null : (addresses(from, "--from")[0] ?? null),
    to: to.flatMap((list) => addresses(list, "--to")),
  };
}

/** MAIL and each RCPT, one after the other, and RSET. */
function* recipientsOnly(from: Address | null, to: readonly Address[]): Dialogue<readonly Answer[]> {
  const mail = yield* command({ verb: "MAIL", from, parameters: {} }, "mail");
  const answers: Answer[] = [];
  for (const recipient of to) {
    const reply =
      mail.code >= 300 ? mail : yield* command({ verb: "RCPT", to: recipient, parameters: {} }, "rcpt");
    answers.push({ recipient, reply });
  }
  yield* command({ verb: "RSET" }, "reset");
  return answers;
}

function outcomeOf({ code, transient }: Reply): MailOutcome {
  if (code < 300) return "accepted";
  return transient ? "later" : "refused";
}
