import { MessageError } from "./message-error.ts";

/** Names and values: an object, a Map, or another iterable of pairs, such as the `Headers` of the web. */
export type Pairs<Value> = Readonly<Record<string, Value>> | Iterable<readonly [name: string, value: Value]>;

/**
 * The names and values in their order. An object counts with its own enumerable names.
 *
 * @throws MessageError if it is neither an object of names and values nor an iterable of pairs.
 */
export function readPairs<Value>(given: Pairs<Value>, field: string): (readonly [string, Value])[] {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw noPairs(given, field);
  if (!(Symbol.iterator in given)) return Object.entries(given);
  const pairs: (readonly [string, Value])[] = [];
  for (const pair of given as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2) throw noPairs(given, field);
    pairs.push([pair[0], pair[1]]);
  }
  return pairs;
}

function noPairs(given: unknown, field: string): MessageError {
  const kind =
    given === null ? "null" : Array.isArray(given) ? "an array" : `a value of type ${typeof given}`;
  return new MessageError(`${field}: expected an object of names and values, a Map or Headers, got ${kind}`, {
    field,
  });
}
