import { refuseOption } from "../../text/options/option-reader.ts";
import type { ResolvedListener } from "./listeners.ts";
import type { VerifyOptions } from "./verify-options.ts";

/**
 * Refuses to refuse messages on listeners whose clients are not those that sent the messages.
 *
 * @throws EnvoiError of kind `"configuration"` that names the listener.
 */
export function checkVerify(verify: VerifyOptions | undefined, listeners: readonly ResolvedListener[]): void {
  if (verify?.dmarc !== "reject") return;
  for (const [index, { at, lmtp }] of listeners.entries()) {
    const problem = lmtp ? "speaks LMTP" : "path" in at ? "is a Unix socket" : undefined;
    if (problem === undefined) continue;
    const listener = listeners.length === 1 ? "a listener that" : `listeners[${index}], which`;
    throw refuseOption(
      "verify.dmarc",
      `"reject" cannot be used on ${listener} ${problem}`,
      'Its client is not the one that sent the message, and would have to bounce it: use "quarantine" or "observe"',
    );
  }
}
