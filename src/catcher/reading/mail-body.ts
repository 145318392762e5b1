import { breadthFirst, depthFirst, type Part } from "./part.ts";

/** The parts of a mail by their use, chosen as mailpit chooses them. */
export interface MailBody {
  /** The plain texts, in their order. */
  readonly texts: readonly Part[];
  /** The HTML. */
  readonly html: Part | undefined;
  readonly attachments: readonly Part[];
  readonly inlines: readonly Part[];
  /** Neither text nor attachment nor inline: images of a multipart/related without a disposition. */
  readonly others: readonly Part[];
}

/** Sorts the parts of a mail. A part can be an attachment and an inline part at once. */
export function mailBody(root: Part): MailBody {
  if (!root.isMultipart) return bodyOfOne(root);
  const deep = depthFirst(root);
  const broad = breadthFirst(root);
  const isText = (part: Part): boolean => part.type === "text/plain" && part.disposition !== "attachment";
  return {
    texts: root.type === "multipart/alternative" ? broad.filter(isText).slice(0, 1) : deep.filter(isText),
    html: deep.find((part) => part.type === "text/html" && part.disposition !== "attachment"),
    attachments: broad.filter(
      ({ disposition, type }) => disposition === "attachment" || type === "application/octet-stream",
    ),
    inlines: broad.filter((part) => part.disposition === "inline" && !part.isMultipart),
    others: broad.filter(
      (part) =>
        !part.isMultipart &&
        part.disposition === "" &&
        !["application/octet-stream", "text/plain", "text/html"].includes(part.type),
    ),
  };
}

/** A mail without parts is text, HTML, or one attachment. */
function bodyOfOne(root: Part): MailBody {
  const nothing: MailBody = { texts: [], html: undefined, attachments: [], inlines: [], others: [] };
  const isAttachment = root.disposition === "attachment";
  if (root.type === "text/html" && !isAttachment) return { ...nothing, html: root };
  if (root.type === "text/plain" && !isAttachment) return { ...nothing, texts: [root] };
  return root.disposition === "inline"
    ? { ...nothing, inlines: [root] }
    : { ...nothing, attachments: [root] };
}
