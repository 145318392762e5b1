import { type MessageSource, readMessage } from "../message/message-source.ts";
import type { Authentication } from "./authentication.ts";
import { Authenticator } from "./authenticator.ts";
import type { AuthenticatorOptions } from "./authenticator-options.ts";

/**
 * Finds out who sent a message: SPF, DKIM, ARC and DMARC in one pass over it.
 *
 * Trust `dmarc`: if its result is `"pass"`, the message comes from a server that the author's domain allows to speak
 * for it. Nothing else proves what is in From.
 *
 * @param message bytes, or a stream that is read to its end in constant memory; a saved message, of which the lines end
 * in LF, is read as if they ended in CRLF
 * @throws EnvoiError of kind `"content"` if the source of the message fails, `"aborted"` if the signal aborts,
 * `"configuration"` if an option is not valid. A message of any shape gives verdicts.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { authenticate } from "envoi/verify";
 *
 * const origin = { ip: "192.0.2.7", hello: "mail.example.org", from: "ann@example.org" };
 * const { author, dmarc } = await authenticate(await readFile("mail.eml"), { origin });
 * if (dmarc.result === "pass") console.log(`From ${author.domain}, and that is proved.`);
 * else console.log(dmarc.reason);
 * ```
 */
export async function authenticate(
  message: MessageSource,
  options: AuthenticatorOptions = {},
): Promise<Authentication> {
  const authenticator = Authenticator.begin(options);
  try {
    await readMessage(message, (octets) => authenticator.write(octets), options.signal);
    return await authenticator.finish();
  } finally {
    authenticator.abandon();
  }
}
