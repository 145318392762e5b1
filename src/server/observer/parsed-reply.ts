import type { ReplyFacts } from "../../net/journal.ts";

/**
 * Reads a reply as the server wrote it.
 *
 * @param mask what may be shown of its text
 */
export function parseReply(octets: string, mask: (text: string) => string): ReplyFacts {
  const lines = octets.trimEnd().split("\r\n");
  const enhancedCode = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3}) /.exec(octets)?.[1];
  const skipped = 4 + (enhancedCode === undefined ? 0 : enhancedCode.length + 1);
  const text = lines.map((line) => line.slice(skipped)).join("\n");
  return { code: Number(octets.slice(0, 3)), enhancedCode, text: mask(text) };
}
