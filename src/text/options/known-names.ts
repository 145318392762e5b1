import { instead } from "./nearest-name.ts";
import { described } from "./shown-value.ts";

/** The names of `T`, as the names of an object. The compiler checks that none is missing or misspelt. */
export type NamesOf<T> = Readonly<Record<keyof T, unknown>>;

/**
 * Checks that plain data has only known names. If a misspelt option were ignored, a rule would not apply, or a mail
 * would not be what the caller meant. Inherited names are ignored.
 *
 * @param refuse makes the error from the problem and, if a name is unknown, from that name.
 * @throws what `refuse` makes.
 */
export function checkNames<T extends object>(
  given: T,
  known: NamesOf<NoInfer<T>>,
  refuse: (problem: string, name?: string) => Error,
): void {
  // A Map has no names of its own, so what is in it would be ignored.
  if (typeof given !== "object" || given === null || Symbol.iterator in given)
    throw refuse(`expected an object, got ${described(given)}`);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    const written = JSON.stringify(name.slice(0, 60));
    throw refuse(`there is no ${written}; ${instead(name, Object.keys(known))}`, name);
  }
}
