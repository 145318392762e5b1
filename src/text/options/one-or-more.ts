/** One or several. */
export type OneOrMore<T> = T | readonly T[];

/**
 * Reads one or several into a list.
 *
 * @param read is given the path of each, for errors: `field` for one, `field[2]` for one of several.
 */
export function readEach<T, R>(input: OneOrMore<T>, field: string, read: (item: T, field: string) => R): R[] {
  if (!Array.isArray(input)) return [read(input as T, field)];
  const items: R[] = [];
  for (const item of input as readonly T[]) items.push(read(item, `${field}[${items.length}]`));
  return items;
}
