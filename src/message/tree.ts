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
 *     related
 *       text/html
 *       inline attachments
 *   attachments
 * ```
 *
 * @throws MessageError if there is a `body` and also `text` or `html`.
 */
export function tree(draft: Draft): Part {
  const { text, html, body, attachments, boundaries } = draft;
  if (body !== undefined && (text !== undefined || html !== undefined)) {
    throw new MessageError("body: the message has text or html already", { field: "body" });
  }
  const options = (): { boundary?: string } => (boundaries === undefined ? {} : { boundary: boundaries() });
  // Only HTML refers to inline parts; without it they stand beside the text.
  const inline = html === undefined ? [] : attachments.filter(isInline);
  const beside = attachments.filter((attachment) => html === undefined || !isInline(attachment)).map(partOf);

  const rich =
    html && (inline.length === 0 ? html : MultiPart.related([html, ...inline.map(partOf)], options()));
  const content = body ?? (text && rich ? MultiPart.alternative([text, rich], options()) : (rich ?? text));
  if (beside.length === 0) return content ?? SinglePart.plain("");
  return MultiPart.mixed(content === undefined ? beside : [content, ...beside], options());
}

function isInline(attachment: Attachment | Part): boolean {
  return Attachment.is(attachment) && attachment.contentId !== undefined;
}

function partOf(attachment: Attachment | Part): Part {
  return Attachment.is(attachment) ? attachment.part : attachment;
}
