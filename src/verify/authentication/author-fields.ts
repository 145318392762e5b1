import type { SignedHeader } from "../signature/signed-header.ts";

/**
 * The From fields of a message, each a whole field. A bare CR or LF ends no line of a message, but some programs that
 * show mail take it for one: so what begins after one like a From field counts as one too.
 */
export function authorFields(header: SignedHeader): string[] {
  const fields = header.named("from").map(({ text }) => text);
  for (const { text } of header.fields) {
    if (!text.includes("\r") && !text.includes("\n")) continue;
    for (const match of text.matchAll(/(?:\r(?!\n)|(?<!\r)\n)(from[ \t]*:[^\r\n]*)/gi))
      fields.push(match[1] ?? "");
  }
  return fields;
}
