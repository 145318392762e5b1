import { callersMistake, EnvoiError } from "../errors.ts";

/**
 * Refuses options that are none: a misspelt `signal` or `deadline` would be one that does not hold.
 *
 * @throws EnvoiError of kind `"configuration"`.
 */
export function checkOptionNames(what: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw refuse(`${what}: options are an object`);
  for (const name in options) {
    if (known.includes(name)) continue;
    throw refuse(`${what}: there is no option ${JSON.stringify(name)}; there are ${known.join(", ")}`);
  }
}

function refuse(reason: string): EnvoiError {
  return new EnvoiError(reason, { kind: "configuration", ...callersMistake });
}
