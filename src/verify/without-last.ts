/**
 * The text without the characters of this kind at its end. It reads each character once; an expression such as `/x+$/`
 * begins again at each `x`.
 */
export function withoutLast(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
