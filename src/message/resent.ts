import { type Mailbox, type MailboxInput, toMailbox } from "../address/mailbox.ts";
import { type DateInput, dateHeader } from "../mime/date-time.ts";
import type { Header } from "../mime/header.ts";
import { refuseUnknown } from "../mime/known-fields.ts";
import { mailboxHeader } from "../mime/mailbox-list.ts";
import { MessageError } from "../mime/message-error.ts";
import { messageId, messageIdHeader, newMessageId } from "../mime/message-id.ts";
import type { NamesOf } from "../text/options/known-names.ts";
import { type OneOrMore, readEach } from "../text/options/one-or-more.ts";

/** A block of Resent-* fields: who forwards a mail unchanged, and to whom (RFC 5322 section 3.6.6). */
export interface ResentFields {
  /** Who sends the mail on. */
  readonly from: MailboxInput;
  /** The sender, if it is not `from`. */
  readonly sender?: MailboxInput | undefined;
  /** The recipients; at least one is needed in `to`, `cc` or `bcc`. */
  readonly to?: OneOrMore<MailboxInput> | undefined;
  /** The recipients of a copy. */
  readonly cc?: OneOrMore<MailboxInput> | undefined;
  /** The recipients of a blind copy: they are in the envelope, not in the header. */
  readonly bcc?: OneOrMore<MailboxInput> | undefined;
  /** The date; by default now. */
  readonly date?: DateInput | undefined;
  /** The id; by default a random one in the domain of `from`. */
  readonly messageId?: string | undefined;
}

/** A block whose values are checked. */
export interface ResentBlock {
  readonly from: Mailbox;
  readonly sender: Mailbox | undefined;
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly bcc: readonly Mailbox[];
  readonly date: Header;
  readonly messageId: Header;
}

const names: NamesOf<ResentFields> = {
  from: true,
  sender: true,
  to: true,
  cc: true,
  bcc: true,
  date: true,
  messageId: true,
};

/** Checks the values of a block. @throws MessageError or AddressError naming the field. */
export function resentBlock(fields: ResentFields): ResentBlock {
  refuseUnknown(fields, names, "resent");
  const list = (key: "to" | "cc" | "bcc"): Mailbox[] => {
    return readEach(fields[key] ?? [], `resent.${key}`, toMailbox);
  };
  const { sender, date = new Date() } = fields;
  const from = toMailbox(fields.from, "resent.from");
  const id = fields.messageId ?? newMessageId(from.address);
  const block: ResentBlock = {
    from,
    sender: sender === undefined ? undefined : toMailbox(sender, "resent.sender"),
    to: list("to"),
    cc: list("cc"),
    bcc: list("bcc"),
    date: dateHeader("Resent-Date", date, "resent.date"),
    messageId: messageIdHeader("Resent-Message-ID", [messageId(id, "resent.messageId")]),
  };
  if (block.to.length + block.cc.length + block.bcc.length === 0)
    throw new MessageError("resent.to: expected a recipient in to, cc or bcc", { field: "resent.to" });
  return block;
}

/** The fields of a block, which are adjacent at the top of the header. */
export function resentHeaders(block: ResentBlock, keepBcc: boolean): Header[] {
  const { from, sender, to, cc, bcc, date, messageId: id } = block;
  const fields = [date, mailboxHeader("Resent-From", [from])];
  if (sender !== undefined) fields.push(mailboxHeader("Resent-Sender", [sender]));
  if (to.length > 0) fields.push(mailboxHeader("Resent-To", to));
  if (cc.length > 0) fields.push(mailboxHeader("Resent-Cc", cc));
  if (keepBcc && bcc.length > 0) fields.push(mailboxHeader("Resent-Bcc", bcc));
  fields.push(id);
  return fields;
}
