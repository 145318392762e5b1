/**
 * Prepares a user or a password so that both ends compare the same text (SASLprep, RFC 4013); `undefined` if it
 * contains something prohibited. Code points that Unicode has assigned since are accepted.
 */
export function saslprep(text: string): string | undefined {
  const prepared = text
    .replace(/\p{Zs}/gu, " ")
    .replace(mappedToNothing, "")
    .normalize("NFKC");
  if (prohibited.test(prepared)) return undefined;
  return rightToLeft.test(prepared) && !isWhollyRightToLeft(prepared) ? undefined : prepared;
}

/** RFC 3454 B.1. */
const mappedToNothing = /\p{Variation_Selector}|\u034f|\u200c|\u200d|[\u00ad\u1806\u200b\u2060\ufeff]/gu;

/** RFC 3454 C.2.1, C.2.2, C.3 to C.9. */
const prohibited =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06dd\u070f\u180e\u2028\u2029\u2061-\u2063\u206a-\u206f\ufff9-\ufffd\u2ff0-\u2ffb\u200e\u200f\u202a-\u202e\u{1d173}-\u{1d17a}\u{e0001}\u{e0020}-\u{e007f}]/u;

const rightToLeft = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;

/** RFC 3454 6: no letters of the other direction, and a letter of this direction at both ends. */
function isWhollyRightToLeft(text: string): boolean {
  const letter =
    /(?=\p{L})[^\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Common}\p{Script=Inherited}]/u;
  const characters = [...text];
  return (
    !letter.test(text) && rightToLeft.test(characters[0] ?? "") && rightToLeft.test(characters.at(-1) ?? "")
  );
}
