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
  from: Mailbox[] = [];
  to: (Mailbox | Group)[] = [];
  cc: (Mailbox | Group)[] = [];
  bcc: (Mailbox | Group)[] = [];
  replyTo: (Mailbox | Group)[] = [];
  references: string[] = [];
  /** The fields of `header()` and of methods that write a field directly, in their order. */
  headers: Header[] = [];
  /** In the order in which the mail was resent. */
  resent: ResentBlock[] = [];
  /** Forms of the content other than text, HTML and calendar, one of each type. */
  alternatives: SinglePart[] = [];
  attachments: (Attachment | Part)[] = [];
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
    copy.from = [...this.from];
    copy.to = [...this.to];
    copy.cc = [...this.cc];
    copy.bcc = [...this.bcc];
    copy.replyTo = [...this.replyTo];
    copy.references = [...this.references];
    copy.headers = [...this.headers];
    copy.resent = [...this.resent];
    copy.alternatives = [...this.alternatives];
    copy.attachments = [...this.attachments];
    return copy;
  }
}
