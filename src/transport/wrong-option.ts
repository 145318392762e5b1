import { type EnvoiError, misconfigured } from "../errors.ts";

/** The error about an option of a send: its name, and what it takes. The value stands nowhere: it may be an address. */
export function wrongOption(name: string, expected: string): EnvoiError {
  return misconfigured(`${name}: ${expected}`);
}
