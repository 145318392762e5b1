import type { Envelope } from "../address/envelope.ts";
import type { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import type { BoundarySource } from "../mime/boundary.ts";
import type { Header } from "../mime/header.ts";
import type { Part } from "../mime/part.ts";
import type { SinglePart } from "../mime/single-part.ts";
import type { Attachment } from "./attachment.ts";
import type { CalendarParts } from "./calendar.ts";
import type { ResentBlock } from "./resent.ts";
import type { Signer } from "./signer.ts";

/** The values that a builder has gathered so far, each of them checked. */
export class Draft {
  from: Mailbox[] = none;
  to: (Mailbox | Group)[] = none;
  cc: (Mailbox | Group)[] = none;
  bcc: (Mailbox | Group)[] = none;
  replyTo: (Mailbox | Group)[] = none;
  references: string[] = none;
  /** The fields of `header()` and of methods that write a field directly, in their order. */
  headers: Header[] = none;
  /** In the order in which the mail was resent. */
  resent: ResentBlock[] = none;
  /** Forms of the content other than text, HTML and calendar, one of each type. */
  alternatives: SinglePart[] = none;
  attachments: (Attachment | Part)[] = none;
  keepBcc = false;
  utf8Headers = false;
  sender: Mailbox | undefined;
  subject: Header | undefined;
  date: Header | undefined;
  messageId: string | undefined;
  inReplyTo: readonly string[] | undefined;
  text: SinglePart | undefined;
  html: SinglePart | undefined;
  calendar: CalendarParts | undefined;
  body: Part | undefined;
  dispositionNotificationTo: readonly Mailbox[] | undefined;
  envelope: Envelope | undefined;
  boundaries: BoundarySource | undefined;
  signers: readonly Signer[] | undefined;

  /** Returns a draft with the same values; changes to one do not affect the other. */
  copy(): Draft {
    const copy = Object.assign(new Draft(), this);
    copy.from = copied(this.from);
    copy.to = copied(this.to);
    copy.cc = copied(this.cc);
    copy.bcc = copied(this.bcc);
    copy.replyTo = copied(this.replyTo);
    copy.references = copied(this.references);
    copy.headers = copied(this.headers);
    copy.resent = copied(this.resent);
    copy.alternatives = copied(this.alternatives);
    copy.attachments = copied(this.attachments);
    return copy;
  }
}

/** The list of what was not given: one for all drafts, because a mail has few of the ten. */
const none = Object.freeze([]) as unknown as never[];

function copied<T>(list: T[]): T[] {
  return list.length === 0 ? none : [...list];
}

/** The list with the items behind it. The items belong to the list from now on. */
export function added<T>(list: T[], items: T[]): T[] {
  if (list.length === 0) return items;
  // One by one, because a hundred thousand arguments of `push` would overflow the stack.
  for (const item of items) list.push(item);
  return list;
}
