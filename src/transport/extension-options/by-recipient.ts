import type { Envelope } from "../../address/envelope.ts";
import { toMailbox } from "../../address/mailbox.ts";
import { type OptionReader, refuseOption, wrongOption } from "../../text/options/option-reader.ts";

/**
 * Reads an option that has an entry for each of some recipients, by their address.
 *
 * @param read gets the number of the entry as its name, `dsn.recipients[0]`, because errors must not contain addresses.
 * @returns the values, by the address in its canonical form.
 * @throws EnvoiError of kind `"configuration"` if a key is not a recipient of the envelope, or names one twice;
 * AddressError if it is not an address.
 */
export function readByRecipient<Given, Read>(
  given: Readonly<Record<string, Given>>,
  name: string,
  { to }: Envelope,
  read: OptionReader<Read>,
): Map<string, Read> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw wrongOption(name, "an object whose keys are addresses", given);
  const result = new Map<string, Read>();
  for (const [key, value] of Object.entries(given)) {
    const field = `${name}[${result.size}]`;
    const address = toMailbox(key, field).address.toString();
    if (!to.some((recipient) => recipient.toString() === address))
      throw refuseOption(field, "this address is not a recipient of the mail");
    if (result.has(address)) throw refuseOption(field, "this recipient has an entry already");
    result.set(address, read(value, field));
  }
  return result;
}
