import type { Envelope } from "../address/envelope.ts";
import type { Group } from "../address/group.ts";
import type { Mailbox } from "../address/mailbox.ts";
import type { BoundarySource } from "../mime/boundary.ts";
import type { Header } from "../mime/header.ts";
import type { Part } from "../mime/part.ts";
import type { SinglePart } from "../mime/single-part.ts";
import type { Attachment } from "./attachment.ts";
import type { Signer } from "./signer.ts";

/** What a builder has gathered so far: every value checked, nothing yet put together. */
export interface Draft {
  readonly from: Mailbox[];
  readonly to: (Mailbox | Group)[];
  readonly cc: (Mailbox | Group)[];
  readonly bcc: (Mailbox | Group)[];
  readonly replyTo: (Mailbox | Group)[];
  readonly references: string[];
  /** The fields of `header()`, in their order. */
  readonly headers: Header[];
  readonly attachments: (Attachment | Part)[];
  keepBcc: boolean;
  sender?: Mailbox;
  subject?: Header;
  date?: Header;
  messageId?: string;
  inReplyTo?: readonly string[];
  text?: SinglePart;
  html?: SinglePart;
  body?: Part;
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
    attachments: [],
    keepBcc: false,
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
    attachments: [...draft.attachments],
  };
}
