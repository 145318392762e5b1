import { MessageError } from "../mime/message-error.ts";
import { MultiPart } from "../mime/multi-part.ts";
import type { Part } from "../mime/part.ts";
import { SinglePart } from "../mime/single-part.ts";
import { Attachment } from "./attachment.ts";
import type { Draft } from "./draft.ts";

/**
 * The tree of parts that a draft asks for, no deeper than it must be:
 *
 * ```text
 * mixed
 *   alternative
 *     text/plain
 *     other forms, such as AMP
 *     related
 *       text/html
 *       inline attachments
 *     text/calendar
 *   attachments
 * ```
 *
 * @throws MessageError if there is a `body` and also another form of the content.
 */
export function tree(draft: Draft): Part {
  const { text, html, calendar, body, boundaries } = draft;
  const attachments = [...draft.attachments, ...(calendar?.file === undefined ? [] : [calendar.file])];
  const options = (): { boundary?: string } => (boundaries === undefined ? {} : { boundary: boundaries() });
  // Only HTML refers to inline parts; without it they stand beside the text.
  const inline = html === undefined ? [] : attachments.filter(isInline);
  const beside = attachments.filter((attachment) => html === undefined || !isInline(attachment)).map(partOf);

  const rich =
    html && (inline.length === 0 ? html : MultiPart.related([html, ...inline.map(partOf)], options()));
  // Readers show the last form they know, and some know only the last.
  const forms = [text, ...draft.alternatives.values(), rich, calendar?.alternative].filter(
    (form) => form !== undefined,
  );
  if (body !== undefined && forms.length > 0) {
    throw new MessageError("body: the message has text, html or another form of it already", {
      field: "body",
    });
  }
  const content = body ?? (forms.length > 1 ? MultiPart.alternative(forms, options()) : forms[0]);
  if (beside.length === 0) return content ?? SinglePart.plain("");
  return MultiPart.mixed(content === undefined ? beside : [content, ...beside], options());
}

function isInline(attachment: Attachment | Part): boolean {
  return Attachment.is(attachment) && attachment.contentId !== undefined;
}

function partOf(attachment: Attachment | Part): Part {
  return Attachment.is(attachment) ? attachment.part : attachment;
}
