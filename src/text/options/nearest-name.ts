/**
 * Returns a hint for an unknown name: the nearest known name, or all known names if they are few and none is
 * near.
 */
export function instead(name: string, known: readonly string[]): string {
  const { best, changes } = closest(name, known);
  const near = changes <= Math.max(2, Math.max(name.length, best.length) / 2);
  return near || known.length > FEW ? `the nearest is ${best}` : `there are ${known.join(", ")}`;
}

/** The most names that an error message lists. */
const FEW = 16;

/**
 * Returns the known name that is probably meant by an unknown one: one with the same beginning or end, otherwise the
 * one with the fewest changes of single letters.
 */
export function nearest(name: string, known: readonly string[]): string {
  return closest(name, known).best;
}

function closest(name: string, known: readonly string[]): { best: string; changes: number } {
  const wanted = name.slice(0, 40).toLowerCase();
  let best = known[0] ?? "";
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const begins = other.length > 3 && (wanted.startsWith(other) || other.startsWith(wanted));
    const ends = other.length > 2 && wanted.endsWith(other);
    const changes = begins ? 0.5 : ends ? 0.75 : distance(wanted, other);
    if (changes < least) [best, least] = [candidate, changes];
  }
  return { best, changes: least };
}

/** The Levenshtein distance. */
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
