import { escaped } from "../html/escaped.ts";

/** The Markdown of one paragraph as HTML: code, emphasis and links. Everything else is text, and escaped. */
export function inlineMarkdown(text: string): string {
  return escaped(text.trim())
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
    .replace(
      /\[([^\]]+)\]\((https?:\/\/[^\s()]+)\)/g,
      '<a href="$2" target="_blank" rel="noopener noreferrer">$1</a>',
    );
}
