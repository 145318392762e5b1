import { Address } from "../../address/address.ts";
import { canonicalDomain } from "../../address/domain.ts";
import { addressKey } from "./address-key.ts";
import type { CapturedMessage } from "./captured-message.ts";

/** Decides which messages are for a recipient. The key is the same for all its spellings. */
export interface RecipientTest {
  readonly key: string;
  readonly test: (message: CapturedMessage) => boolean;
}

/**
 * The test for one address, `"jo@a.test"`, or one domain, `"@a.test"`.
 *
 * @throws AddressError if it is neither.
 */
export function recipientTest(recipient: string): RecipientTest {
  if (recipient.startsWith("@")) {
    const domain = canonicalDomain(recipient.slice(1));
    return {
      key: `@${domain}`,
      test: ({ envelope }) => envelope.to.some(({ address }) => address.domain === domain),
    };
  }
  const key = addressKey(Address.parse(recipient).toString());
  return { key, test: ({ to }) => to.some((each) => addressKey(each) === key) };
}
