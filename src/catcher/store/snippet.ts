import type { ParsedMessage } from "../../testing/messages/parsed-message.ts";

/** The begin of a mail's text, or else of its HTML without tags, in one line. */
export function snippetOf({ text, html }: ParsedMessage): string {
  const source = text?.trim() ? text.slice(0, READ) : withoutTags((html ?? "").slice(0, 4 * READ));
  const line = source.replace(/\s+/g, " ").trim();
  return line.length > LENGTH ? `${line.slice(0, LENGTH)}...` : line;
}

function withoutTags(html: string): string {
  return html
    .replace(/<(style|script|title|head)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, " ")
    .replace(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replace(/<[^>]*(?:>|$)/g, " ")
    .replace(/&(nbsp|amp|lt|gt|quot|#39);/gi, (_, name: string) => ENTITIES[name.toLowerCase()] ?? " ");
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** How much of a text is read. */
const READ = 4096;
const LENGTH = 250;
