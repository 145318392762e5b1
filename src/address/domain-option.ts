import { refuseOption, wrongOption } from "../text/options/option-reader.ts";
import { AddressError } from "./address-error.ts";
import { canonicalDomain } from "./domain.ts";

/** Reads an option that is a domain, in its canonical form. @throws EnvoiError of kind `"configuration"` naming it. */
export function domainOption(value: unknown, field: string): string {
  if (typeof value !== "string") throw wrongOption(field, "a domain", value);
  try {
    return canonicalDomain(value);
  } catch (error) {
    throw error instanceof AddressError ? refuseOption(field, error.message, undefined, error) : error;
  }
}
