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

/** What a builder has gathered so far: every value checked, nothing yet put together. */
export interface Draft {
  readonly from: Mailbox[];
  readonly to: (Mailbox | Group)[];
  readonly cc: (Mailbox | Group)[];
  readonly bcc: (Mailbox | Group)[];
  readonly replyTo: (Mailbox | Group)[];
  readonly references: string[];
  /** The fields of `header()` and of the methods that write one by their name, in their order. */
  headers: Header[];
  /** In the order of resending. */
  readonly resent: ResentBlock[];
  /** Forms of the content beside text, HTML and calendar, by their type. */
  readonly alternatives: Map<string, SinglePart>;
  readonly attachments: (Attachment | Part)[];
  keepBcc: boolean;
  utf8Headers: boolean;
  sender?: Mailbox;
  subject?: Header;
  date?: Header;
  messageId?: string;
  inReplyTo?: readonly string[];
  text?: SinglePart;
  html?: SinglePart;
  calendar?: CalendarParts;
  body?: Part;
  dispositionNotificationTo?: readonly Mailbox[];
  envelope?: Envelope;
  boundaries?: BoundarySource;
  signers?: readonly Signer[];
}

/** A draft with nothing in it. */
export function emptyDraft(): Draft {
  return {
    from: [],
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    references: [],
    headers: [],
    resent: [],
    alternatives: new Map(),
    attachments: [],
    keepBcc: false,
    utf8Headers: false,
  };
}

/** A draft that shares nothing with the first but its values. */
export function copyDraft(draft: Draft): Draft {
  return {
    ...draft,
    from: [...draft.from],
    to: [...draft.to],
    cc: [...draft.cc],
    bcc: [...draft.bcc],
    replyTo: [...draft.replyTo],
    references: [...draft.references],
    headers: [...draft.headers],
    resent: [...draft.resent],
    alternatives: new Map(draft.alternatives),
    attachments: [...draft.attachments],
  };
}
