import { canonicalDomain } from "../../address/domain.ts";
import { withoutComments } from "../../mime/comment.ts";
import { withoutLast } from "../without-last.ts";

/**
 * Whether an Authentication-Results field is written in the name of a server: a reader might take it for that
 * server's. So it is read as generously as the most generous reader would: in any case, quoted, after comments and
 * folds, with a version or a dot at its end, and also if the rest of the field is not valid.
 *
 * @param value the value of the field; octets as Latin-1, or text
 */
export function isInNameOf(value: string, authservId: string): boolean {
  const wanted = canonical(authservId);
  const plain = withoutComments(value) ?? value.replace(/[()]/g, " ");
  return [value, plain].some((text) => canonical(firstWord(text)) === wanted);
}

/** The beginning up to a character that no name has. */
function firstWord(text: string): string {
  const words = text
    .replace(/[\0-\x1f\x7f ]+/g, " ")
    .replace(/["\\]/g, "")
    .trim();
  return /^[^ ;()<>@,:/[\]?=]*/.exec(words)?.[0] ?? "";
}

function canonical(name: string): string {
  const text = utf8(withoutLast(name, "."));
  try {
    return canonicalDomain(text);
  } catch {
    return text.toLowerCase();
  }
}

/** Octets that came as Latin-1 are UTF-8; text is as it is. */
function utf8(text: string): string {
  if (/[^\0-\xff]/.test(text) || !/[\x80-\xff]/.test(text)) return text;
  const decoded = Buffer.from(text, "latin1").toString("utf8");
  return decoded.includes("\ufffd") ? text : decoded;
}
