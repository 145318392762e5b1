import { readOptions } from "../../text/options/option-reader.ts";
import { Inquiry } from "../inquiry.ts";
import { type LookUpOptions, lookUpReaders, secondsOf } from "../look-up-options.ts";
import { MessagePass } from "../message/message-pass.ts";
import { type MessageSource, readMessage } from "../message/message-source.ts";
import { DkimCheck } from "./dkim-check.ts";
import type { DkimVerdict } from "./dkim-verdict.ts";

/**
 * Verifies the DKIM signatures of a message (RFC 6376), by RSA (RFC 8301) or Ed25519 (RFC 8463), in one pass.
 *
 * A message of any shape gives verdicts: one for each of its first 20 signatures, from top to bottom, and none if it
 * has no signature. A pass says that the domain took responsibility for the message, and nothing about who that is.
 *
 * @param message a stream is read to its end, in constant memory; lines that end in LF are read as if they ended in
 * CRLF
 * @throws EnvoiError of kind `"content"` if the source of the message fails, `"aborted"` if the signal aborts,
 * `"configuration"` if an option is not valid.
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { Resolver, verifyDkim } from "envoi/verify";
 *
 * const resolver = Resolver.zone({ "2026._domainkey.example.com": { TXT: "v=DKIM1; p=…" } });
 * const [verdict] = await verifyDkim(await readFile("mail.eml"), { resolver });
 * console.log(verdict?.result, verdict?.domain, verdict?.reason);
 * ```
 */
export async function verifyDkim(message: MessageSource, options: LookUpOptions): Promise<DkimVerdict[]> {
  const read = readOptions(options, lookUpReaders, "verifyDkim", ["resolver"]);
  const inquiry = new Inquiry(read.resolver, read);
  try {
    const pass = new MessagePass((header) => new DkimCheck(header, inquiry, secondsOf(read.now)));
    await readMessage(message, (octets) => pass.write(octets), read.signal);
    const { check, bodies, octets } = pass.end();
    return await check.verdicts(bodies, octets);
  } finally {
    inquiry.close();
  }
}
