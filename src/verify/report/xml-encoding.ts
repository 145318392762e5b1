import { XmlProblem } from "./xml-element.ts";

/**
 * The text of an XML document, by its byte order mark or its declaration; UTF-8 without either.
 *
 * @throws XmlProblem if the encoding is not known, or the octets are not of it.
 */
export function decodedXml(octets: Buffer): string {
  const label = labelOf(octets);
  try {
    return new TextDecoder(label, { fatal: true }).decode(octets);
  } catch {
    throw new XmlProblem(`the document is not in ${label}`);
  }
}

function labelOf(octets: Buffer): string {
  if (octets[0] === 0xfe && octets[1] === 0xff) return "utf-16be";
  if (octets[0] === 0xff && octets[1] === 0xfe) return "utf-16le";
  const start = octets.toString("latin1", 0, 200);
  const [, label = "utf-8"] =
    /^(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(start) ?? [];
  return label;
}
