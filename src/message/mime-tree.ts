import { MessageError } from "../mime/message-error.ts";
import { MultiPart } from "../mime/multi-part.ts";
import type { Part } from "../mime/part.ts";
import { SinglePart } from "../mime/single-part.ts";
import { Attachment } from "./attachment.ts";
import { contentIdReferences } from "./content-id-references.ts";
import type { Draft } from "./draft.ts";

/**
 * Makes the tree of parts for a draft, no deeper than necessary:
 *
 * ```text
 * mixed
 *   alternative
 *     text/plain
 *     other forms, such as AMP
 *     related
 *       text/html
 *       inline attachments, and parts whose Content-ID the HTML names
 *     text/calendar
 *   attachments
 * ```
 *
 * @throws MessageError if there is no content, there is a `body` and also another form of the content, or two parts
 * have the same Content-ID.
 */
export function tree(draft: Draft): Part {
  const { text, html, calendar, body, boundaries } = draft;
  if (text !== undefined && isAlone(draft)) return text;
  const options = (): { boundary?: string } => (boundaries === undefined ? {} : { boundary: boundaries() });
  const { inline, beside } = files(draft);

  const rich = html && (inline.length === 0 ? html : MultiPart.related([html, ...inline], options()));
  // Readers show the last form that they can display, and some look only at the last.
  const forms = [text, ...draft.alternatives, rich, calendar?.alternative].filter(
    (form) => form !== undefined,
  );
  if (body !== undefined && forms.length > 0) {
    throw new MessageError(
      "body: the message has text, html or another form already. Give either body or these",
      {
        field: "body",
      },
    );
  }
  const content = body ?? (forms.length > 1 ? MultiPart.alternative(forms, options()) : forms[0]);
  if (content === undefined && beside.length === 0) {
    const problem = 'expected a text, another body or an attachment. For an empty mail, give text: ""';
    throw new MessageError(`text: ${problem}`, { field: "text" });
  }
  const root =
    content !== undefined && beside.length === 0
      ? content
      : MultiPart.mixed(content === undefined ? beside : [content, ...beside], options());
  refuseSecondId(root);
  return root;
}

/** Whether the text is all that there is, as in many mails. */
function isAlone({ html, calendar, body, alternatives, attachments }: Draft): boolean {
  const others = html ?? calendar ?? body;
  return others === undefined && alternatives.length === 0 && attachments.length === 0;
}

interface Files {
  /** Parts that the HTML shows. */
  readonly inline: readonly Part[];
  readonly beside: readonly Part[];
}

const noFiles: Files = { inline: [], beside: [] };

function files({ attachments, calendar, html, body }: Draft): Files {
  if (attachments.length === 0 && calendar?.file === undefined) return noFiles;
  const inline: Part[] = [];
  const beside: Part[] = [];
  // Readers treat a calendar with a method as an invitation, of which there must be only one.
  const mayInvite = calendar === undefined && !holdsCalendar(body);
  let named: Set<string> | undefined;
  for (const item of calendar?.file === undefined ? attachments : [...attachments, calendar.file]) {
    const part = partOf(item, mayInvite);
    const id = SinglePart.is(part) ? part.contentId : undefined;
    // Only HTML refers to other parts; without HTML they follow the text.
    if (html !== undefined && id !== undefined && !Attachment.is(item)) named ??= references(html);
    const shown = html !== undefined && id !== undefined && (Attachment.is(item) || named?.has(id) === true);
    const list = shown ? inline : beside;
    if (id === undefined || !list.some((other) => isSame(other, part))) list.push(part);
  }
  return { inline, beside };
}

function holdsCalendar(part: Part | undefined): boolean {
  return MultiPart.is(part) ? part.parts.some(holdsCalendar) : part?.type === "text/calendar";
}

function references(html: SinglePart): Set<string> {
  return contentIdReferences(html.markup() ?? "");
}

function partOf(item: Attachment | Part, mayInvite: boolean): Part {
  const part = Attachment.is(item) ? item.part : item;
  return mayInvite && SinglePart.is(part) ? part.withMethod() : part;
}

function isSame(one: Part, other: Part): boolean {
  return SinglePart.is(one) && SinglePart.is(other) && one.sameAs(other);
}

/** A `cid:` URL identifies one part (RFC 2392). A mail inside the mail has ids of its own. */
function refuseSecondId(root: Part, seen: Set<string> = new Set()): void {
  if (MultiPart.is(root)) {
    for (const part of root.parts) refuseSecondId(part, seen);
    return;
  }
  if (!SinglePart.is(root) || root.contentId === undefined) return;
  if (seen.has(root.contentId)) {
    const problem = `two parts have the Content-ID ${JSON.stringify(root.contentId)}`;
    throw new MessageError(`contentId: ${problem}`, { field: "contentId" });
  }
  seen.add(root.contentId);
}
