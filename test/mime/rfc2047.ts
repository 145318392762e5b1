/** A decoder of headers for tests, by the letter of RFC 2047 and RFC 5322: what it gives back is what was meant. */
export function unfold(lines: string): string {
  return lines.replace(/\r\n(?=[ \t])/g, "").replace(/\r\n$/, "");
}

export function decodeWords(text: string): string {
  return text
    .replace(/(=\?[^?]+\?[QBqb]\?[^?]*\?=)[ \t]+(?==\?[^?]+\?[QBqb]\?[^?]*\?=)/g, "$1")
    .replace(/=\?UTF-8\?([QB])\?([^?]*)\?=/g, (_, kind: string, content: string) =>
      decodeWord(kind, content),
    );
}

/** Fatal, so that a word which holds part of a character fails. */
function decodeWord(kind: string, content: string): string {
  const octets =
    kind === "B"
      ? Buffer.from(content, "base64")
      : Buffer.from(
          content
            .replaceAll("_", " ")
            .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
          "latin1",
        );
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
}
