/**
 * The known name that an unknown one was probably meant to be: what begins like it, else what takes the fewest changes
 * of single letters.
 */
export function nearest(name: string, known: readonly string[]): string {
  const wanted = name.slice(0, 40).toLowerCase();
  let best = known[0] ?? "";
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const begins = other.length > 3 && (wanted.startsWith(other) || other.startsWith(wanted));
    const changes = begins ? 0.5 : distance(wanted, other);
    if (changes < least) [best, least] = [candidate, changes];
  }
  return best;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
