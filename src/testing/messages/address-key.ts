import { Address } from "../../address/address.ts";
import { AddressError } from "../../address/address-error.ts";

/**
 * A key that is the same for all spellings of an address: the domain in A-labels, the local part in lower case, because
 * almost all hosts ignore its case. A text that is not an address is its own key.
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

/** Whether two texts are the same address; or, for a regular expression, whether it matches the text. */
export function isAddressLike(text: string, pattern: string | RegExp): boolean {
  return typeof pattern === "string" ? addressKey(text) === addressKey(pattern) : text.search(pattern) !== -1;
}
