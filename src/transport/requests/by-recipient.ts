import type { Envelope } from "../../address/envelope.ts";
import { toMailbox } from "../../address/mailbox.ts";
import { wrongOption } from "../wrong-option.ts";

/**
 * Reads an option that says something of single recipients, by their address.
 *
 * @param read is given the name of the entry, which is its number: `dsn.recipients[0]`
 * @returns what was read, by the address in its canonical form
 * @throws EnvoiError of kind `"configuration"` where a key is nobody in the envelope, or somebody twice; AddressError
 * where it is no address.
 */
export function readByRecipient<Given, Read>(
  name: string,
  given: Readonly<Record<string, Given>>,
  { to }: Envelope,
  read: (field: string, value: Given) => Read,
): Map<string, Read> {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw wrongOption(name, "expects an object whose keys are addresses");
  const result = new Map<string, Read>();
  for (const [key, value] of Object.entries(given)) {
    const field = `${name}[${result.size}]`;
    const address = toMailbox(key, field).address.toString();
    if (!to.some((recipient) => recipient.toString() === address))
      throw wrongOption(field, "this address is no recipient of the mail");
    if (result.has(address)) throw wrongOption(field, "this recipient is there already");
    result.set(address, read(field, value));
  }
  return result;
}
