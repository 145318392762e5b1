/**
 * Splits a search into its terms: at spaces outside of double quotes. The quotes themselves go, wherever they are:
 * `subject:"two words"` is one term.
 */
export function searchTerms(text: string): string[] {
  const terms: string[] = [];
  let term = "";
  let quoted = false;
  const finish = (): void => {
    const trimmed = term.trim();
    if (trimmed !== "") terms.push(trimmed);
    term = "";
  };
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (character === " " && !quoted) finish();
    else term += character;
  }
  finish();
  return terms;
}
