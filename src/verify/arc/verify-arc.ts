import { readOptions } from "../../text/options/option-reader.ts";
import { Inquiry } from "../inquiry.ts";
import { type LookUpOptions, lookUpReaders, secondsOf } from "../look-up-options.ts";
import { MessagePass } from "../message/message-pass.ts";
import { type MessageSource, readMessage } from "../message/message-source.ts";
import { ArcCheck } from "./arc-check.ts";
import type { ArcVerdict } from "./arc-verdict.ts";

/**
 * Verifies the ARC chain of a message (RFC 8617), in one pass. A message of any shape gives a verdict.
 *
 * A pass says that the sets are genuine. It does not say that they are true: anybody can begin a chain. Believe what a
 * set says only if you trust the domain that sealed it, and all above it.
 *
 * @param message a stream is read to its end, in constant memory
 * @throws EnvoiError of kind `"content"` if the source of the message fails, `"aborted"` if the signal aborts,
 * `"configuration"` if an option is not valid.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { Resolver, verifyArc } from "envoi/verify";
 *
 * const resolver = Resolver.zone({ "arc._domainkey.lists.example.org": { TXT: "v=DKIM1; p=…" } });
 * const { result, instances, reason } = await verifyArc(await readFile("mail.eml"), { resolver });
 * ```
 */
export async function verifyArc(message: MessageSource, options: LookUpOptions): Promise<ArcVerdict> {
  const read = readOptions(options, lookUpReaders, "verifyArc", ["resolver"]);
  const inquiry = new Inquiry(read.resolver, read);
  try {
    const pass = new MessagePass((header) => new ArcCheck(header, inquiry, secondsOf(read.now)));
    await readMessage(message, (octets) => pass.write(octets), read.signal);
    const { check, bodies } = pass.end();
    return await check.verdict(bodies);
  } finally {
    inquiry.close();
  }
}
