import { hostname } from "node:os";
import type { Envelope } from "../../../address/envelope.ts";
import { Envelope as Envelopes } from "../../../address/envelope.ts";
import type { Mailbox } from "../../../address/mailbox.ts";
import type { MessageFields } from "../../../message/message-fields.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import { shown } from "../../masked.ts";
import type { Terminal } from "../../terminal.ts";
import type { ArgumentReader } from "../argument-reader.ts";
import type { SendFlags } from "../send-flags.ts";
import { type AddressTemplate, addressTemplate } from "./address-template.ts";
import { type AttachmentTemplate, attachmentTemplate } from "./attachment-template.ts";
import { type ColumnUse, RowValues, Template, type TemplateUse } from "./template.ts";

/** What the flags say about the message: the fields of one mail, or of the mail of each row. */
export class MessagePlan {
  /** The columns that the flags name. */
  readonly columns: readonly ColumnUse[];
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.columns = columnsOf(parts);
  }

  /**
   * Reads the flags, and the files that they name.
   *
   * @param rows whether there are rows, so that braces mean columns
   * @throws CommandError if a flag is wrong or a file cannot be read; AddressError.
   */
  static async read(
    flags: SendFlags,
    { environment }: Terminal,
    reader: ArgumentReader,
    rows: boolean,
  ): Promise<MessagePlan> {
    const from = flags.from ?? environment["ENVOI_FROM"];
    if (from === undefined)
      throw new CommandError("--from: expected the address of the author. ENVOI_FROM can have it too");
    if ([flags.to, flags.cc, flags.bcc, flags.envelopeTo].every((flag) => flag === undefined))
      throw new CommandError("--to: expected the address of a recipient");
    const template = (text: string, use: TemplateUse, flag: string): Template =>
      rows ? Template.parse(text, use, flag) : Template.literal(text, use, flag);
    const content = async (value: string | undefined, use: TemplateUse, flag: string) =>
      value === undefined ? undefined : template(await reader.text(value, flag), use, flag);
    const addresses = async (values: readonly string[] | undefined, flag: string) => {
      const all: AddressTemplate[] = [];
      for (const value of values ?? [])
        for (const each of await linesIn(value, flag, reader)) all.push(addressTemplate(each, flag, rows));
      return all;
    };
    const attachments: AttachmentTemplate[] = [];
    for (const flag of ["--attach", "--inline"] as const)
      for (const value of (flag === "--attach" ? flags.attach : flags.inline) ?? [])
        attachments.push(await attachmentTemplate(value, flag, rows, reader));
    return new MessagePlan({
      from: [addressTemplate(from, "--from", rows)],
      to: await addresses(flags.to, "--to"),
      cc: await addresses(flags.cc, "--cc"),
      bcc: await addresses(flags.bcc, "--bcc"),
      replyTo: await addresses(flags.replyTo, "--reply-to"),
      envelopeFrom:
        flags.envelopeFrom === undefined || flags.envelopeFrom.trim() === "<>"
          ? undefined
          : addressTemplate(flags.envelopeFrom, "--envelope-from", rows),
      nullSender: flags.envelopeFrom?.trim() === "<>",
      envelopeTo: await addresses(flags.envelopeTo, "--envelope-to"),
      subject: flags.subject === undefined ? undefined : template(flags.subject, "line", "--subject"),
      text: await content(flags.text, "text", "--text"),
      html: await content(flags.html, "html", "--html"),
      attachments,
      headers: (flags.header ?? []).map((field) => headerIn(field, template)),
      ...(isWithoutContent(flags) && { text: Template.literal("", "text", "--text") }),
      ...(isEmpty(flags) && testMail()),
    });
  }

  /** The fields of the mail of a row. @throws RowProblem, AddressError or MessageError. */
  fields(values: RowValues = none): MessageFields {
    const { from, to, cc, bcc, replyTo, subject, text, html, attachments, headers } = this.#parts;
    const envelope = this.#envelope(values);
    return {
      from: all(from, values),
      ...(to.length > 0 && { to: all(to, values) }),
      ...(cc.length > 0 && { cc: all(cc, values) }),
      ...(bcc.length > 0 && { bcc: all(bcc, values) }),
      ...(replyTo.length > 0 && { replyTo: all(replyTo, values) }),
      ...(subject !== undefined && { subject: subject.render(values) }),
      ...(text !== undefined && { text: text.render(values) }),
      ...(html !== undefined && { html: html.render(values) }),
      ...(attachments.length > 0 && { attach: attachments.map((each) => each.attachment(values)) }),
      ...(headers.length > 0 && { headers: byName(headers, values) }),
      ...(envelope !== undefined && { envelope }),
    };
  }

  /** The envelope, if flags say it. Its other half is that of the header. */
  #envelope(values: RowValues): Envelope | undefined {
    const { from, to, cc, bcc, envelopeFrom, nullSender, envelopeTo } = this.#parts;
    if (envelopeFrom === undefined && !nullSender && envelopeTo.length === 0) return undefined;
    const sender = nullSender ? null : (all([envelopeFrom ?? from].flat(), values)[0] ?? null);
    const recipients = envelopeTo.length > 0 ? envelopeTo : [...to, ...cc, ...bcc];
    return Envelopes.of(sender, all(recipients, values));
  }
}

interface Parts {
  readonly from: readonly AddressTemplate[];
  readonly to: readonly AddressTemplate[];
  readonly cc: readonly AddressTemplate[];
  readonly bcc: readonly AddressTemplate[];
  readonly replyTo: readonly AddressTemplate[];
  readonly envelopeFrom: AddressTemplate | undefined;
  readonly nullSender: boolean;
  readonly envelopeTo: readonly AddressTemplate[];
  readonly subject: Template | undefined;
  readonly text: Template | undefined;
  readonly html: Template | undefined;
  readonly attachments: readonly AttachmentTemplate[];
  readonly headers: readonly HeaderTemplate[];
}

interface HeaderTemplate {
  readonly name: string;
  readonly value: Template;
}

const none = new RowValues({});

function columnsOf(parts: Parts): ColumnUse[] {
  const { from, to, cc, bcc, replyTo, envelopeFrom, envelopeTo, subject, text, html } = parts;
  const addresses = [...from, ...to, ...cc, ...bcc, ...replyTo, ...envelopeTo, envelopeFrom];
  const texts = [subject, text, html, ...parts.headers.map(({ value }) => value)];
  return [...addresses, ...texts, ...parts.attachments].flatMap((part) => part?.columns ?? []);
}

function all(templates: readonly AddressTemplate[], values: RowValues): readonly Mailbox[] {
  const [only] = templates;
  if (templates.length === 1 && only !== undefined) return only.mailboxes(values);
  return templates.flatMap((template) => template.mailboxes(values));
}

function byName(headers: readonly HeaderTemplate[], values: RowValues): Map<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const { name, value } of headers) {
    const before = fields.get(name);
    if (before === undefined) fields.set(name, [value.render(values)]);
    else before.push(value.render(values));
  }
  return fields;
}

function headerIn(
  field: string,
  template: (text: string, use: TemplateUse, flag: string) => Template,
): HeaderTemplate {
  const [, name, value] = /^\s*([!-9;-~]+)\s*:(.*)$/s.exec(field) ?? [];
  if (name === undefined || value === undefined)
    throw new CommandError(`--header: expected "Name: value", got ${shown(field)}`);
  return { name, value: template(value.trim(), "line", `--header ${name}`) };
}

/** The value, or the lines of the file that it names. */
async function linesIn(value: string, flag: string, reader: ArgumentReader): Promise<string[]> {
  if (value !== "-" && !value.startsWith("@")) return [value];
  const lines = (await reader.text(value, flag)).split(/\r?\n/).map((line) => line.trim());
  const addresses = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (addresses.length > 0) return addresses;
  throw new CommandError(`${flag}: expected an address in each line of ${value}`, ExitStatus.data);
}

function isWithoutContent({ text, html, attach, inline }: SendFlags): boolean {
  return [text, html, attach, inline].every((flag) => flag === undefined);
}

/** Whether nothing says what the mail is about. */
function isEmpty(flags: SendFlags): boolean {
  const named = flags.header?.some((field) => /^\s*subject\s*:/i.test(field)) === true;
  return flags.subject === undefined && !named && isWithoutContent(flags);
}

/** What is sent to see whether mail arrives. */
function testMail(): Pick<Parts, "subject" | "text"> {
  const literal = (text: string, flag: string) => Template.literal(text, "text", flag);
  const date = new Date().toISOString();
  return {
    subject: literal(`Test mail of ${date}`, "--subject"),
    text: literal(`This is a test mail. "envoi send" sent it from ${hostname()} at ${date}.\n`, "--text"),
  };
}
