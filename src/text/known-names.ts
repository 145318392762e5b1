import { instead } from "./nearest.ts";

/**
 * Checks that plain data has no name but known ones: a misspelt option that is ignored would be a rule that does not hold,
 * or a mail that is not as it was meant. Only the object's own names count.
 *
 * @param refuse makes the error from the problem and, where there is one, the name.
 * @throws what `refuse` makes.
 */
export function checkNames(
  given: object,
  known: readonly string[],
  refuse: (problem: string, name?: string) => Error,
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw refuse("an object is expected");
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const written = JSON.stringify(name.slice(0, 60));
    throw refuse(`there is no ${written}; ${instead(name, known)}`, name);
  }
}
