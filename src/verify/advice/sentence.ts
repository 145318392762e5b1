/** A reason of a verdict as a sentence: with a capital letter, unless it begins with a domain, and a full stop. */
export function sentence(text: string): string {
  const [first = ""] = text.split(" ", 1);
  const begun = /[.:@"]/.test(first) ? text : text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
