import { Address } from "../../address/address.ts";
import { canonicalDomain } from "../../address/domain.ts";
import { wrongOption } from "../../text/options/option-reader.ts";

/**
 * The address of a suppression: an address, or `@example.org` for all of a domain. The database writes it in small
 * letters.
 *
 * @throws AddressError if it is neither.
 */
export function suppressedAddress(value: unknown, field: string): string {
  if (Address.is(value)) return value.toString();
  if (typeof value !== "string") throw wrongOption(field, "an address, or @example.org for a domain", value);
  return value.startsWith("@") ? `@${canonicalDomain(value.slice(1))}` : Address.parse(value).toString();
}
