import { Address } from "../../address/address.ts";
import { AddressError } from "../../address/address-error.ts";

/**
 * What is the same for every way to write an address: its domain as A-labels, its local part without regard to case, as
 * practically all hosts read it. A text that is not an address is its own key.
 */
export function addressKey(text: string): string {
  try {
    const { localPart, domain } = Address.parse(text);
    return `${localPart.toLowerCase()}@${domain}`;
  } catch (error) {
    if (error instanceof AddressError) return text;
    throw error;
  }
}

/** Whether two texts are one address; or, of a regular expression, whether the text has a part that it describes. */
export function isAddressLike(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === "string" ? addressKey(text) === addressKey(pattern) : text.search(pattern) !== -1;
}
