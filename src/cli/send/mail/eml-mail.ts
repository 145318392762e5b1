import { Envelope } from "../../../address/envelope.ts";
import { Mailboxes } from "../../../address/mailboxes.ts";
import { withoutBlindCopies } from "../../../mime/blind-copies.ts";
import { HeadReader, type RawField } from "../../../mime/head-reader.ts";
import { RawMessageReader } from "../../../mime/raw-message.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { shown } from "../../masked.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import type { SendFlags } from "../send-flags.ts";

/** A message that is sent as it is, and its envelope. */
export interface EmlMail {
  readonly envelope: Envelope;
  /** Without the fields of blind copies. */
  readonly content: Uint8Array;
  readonly messageId: string | undefined;
}

/**
 * Reads the message that `--eml` names. Its envelope is what flags say, else what its header says.
 *
 * @throws CommandError if it cannot be read, has no recipients, or flags would change it; MessageError; AddressError.
 */
export async function emlMail(path: string, flags: SendFlags, reader: ArgumentReader): Promise<EmlMail> {
  for (const name of ["subject", "text", "html", "attach", "inline", "header", "replyTo"] as const)
    if (flags[name] !== undefined)
      throw new CommandError(
        `--${name === "replyTo" ? "reply-to" : name}: not used with --eml, whose message is sent as it is`,
      );
  const bytes = await reader.bytes(path, "--eml");
  // A program that failed before a pipe leaves this behind.
  if (bytes.length === 0) throw new CommandError("--eml: expected a message, got nothing", ExitStatus.data);
  const fields = headerOf(bytes);
  const sender = flags.envelopeFrom ?? flags.from;
  const from = sender === undefined ? senderIn(fields) : sender.trim() === "<>" ? null : one(sender);
  const given = [...(flags.to ?? []), ...(flags.cc ?? []), ...(flags.bcc ?? [])];
  const to = flags.envelopeTo ?? (given.length > 0 ? given : undefined);
  const recipients = to === undefined ? recipientsIn(fields) : to.flatMap((list) => Mailboxes.parse(list));
  if (recipients.length === 0)
    throw new CommandError("--eml: the message names no recipient. Add --to", ExitStatus.data);
  return {
    envelope: Envelope.of(from, recipients),
    content: withoutBlindCopies(bytes),
    messageId: fieldValue(fields, "message-id"),
  };
}

function headerOf(bytes: Uint8Array): readonly RawField[] {
  const lines = new RawMessageReader();
  const head = new HeadReader();
  head.push(Buffer.concat([lines.push(bytes), lines.end()]));
  return head.fieldsOfAnyKind();
}

function senderIn(fields: readonly RawField[]) {
  for (const name of ["resent-sender", "resent-from", "sender", "from"]) {
    const value = fieldValue(fields, name);
    if (value !== undefined) return one(value);
  }
  throw new CommandError("--eml: the message names no sender. Add --from", ExitStatus.data);
}

/** The topmost block of Resent-* fields counts, if there is one (RFC 5322 3.6.6). */
function recipientsIn(fields: readonly RawField[]) {
  const prefix = fields.some(({ name }) => /^resent-(?:to|cc|bcc)$/.test(name)) ? "resent-" : "";
  return ["to", "cc", "bcc"].flatMap((name) => {
    const value = fieldValue(fields, prefix + name);
    return value === undefined || value === "" || /^[^<@]*:\s*;$/.test(value) ? [] : Mailboxes.parse(value);
  });
}

function one(text: string) {
  const [mailbox] = Mailboxes.parse(text);
  if (mailbox === undefined) throw new CommandError(`expected an address, got ${shown(text)}`);
  return mailbox;
}

/** The value of the first field of a name, unfolded. */
function fieldValue(fields: readonly RawField[], name: string): string | undefined {
  const text = fields.find((field) => field.name === name)?.text;
  if (text === undefined) return undefined;
  const value = text.slice(text.indexOf(":") + 1).replace(/\r\n(?=[ \t])/g, "");
  return Buffer.from(value, "latin1").toString().trim();
}
