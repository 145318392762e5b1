import type { Hono } from "hono";
import { Address } from "../../address/address.ts";
import { EnvoiError } from "../../errors.ts";
import { withoutBlindCopies } from "../../mime/blind-copies.ts";
import { firstValue } from "../../mime/reading/head.ts";
import { readMailboxes } from "../../testing/messages/reading/mailboxes.ts";
import { beginningOf } from "../../text/beginning.ts";
import type { TextDecoding } from "../../text/charsets/web-charset.ts";
import { ApiError } from "../http/api-error.ts";
import { headerFields } from "../reading/head-facts.ts";
import type { Relay } from "../relay/relay.ts";
import type { StoredMail } from "../store/stored-mail.ts";
import type { Mailbox } from "./mailbox.ts";
import { mailOf } from "./message-routes.ts";
import { RequestJson } from "./request-json.ts";

/** The route that releases a mail: it goes to the relay of the options, whatever the request says. */
export function releaseRoutes(app: Hono, mailbox: () => Promise<Mailbox>, relay: Relay | undefined): void {
  app.post("/api/v1/message/:id/release", async (context) => {
    const box = await mailbox();
    const mail = await mailOf(context, box);
    const to = RequestJson.read(await context.req.text()).texts("To");
    await releaseMail(mail, to, relay, box.decode);
    return context.text("ok");
  });
}

/**
 * Sends a caught mail on to a relay, without its Bcc fields.
 *
 * @throws ApiError with status 400 if there is no relay, a recipient is wrong, or the relay does not take the mail.
 */
export async function releaseMail(
  mail: StoredMail,
  recipients: readonly string[],
  relay: Relay | undefined,
  decode: TextDecoding,
): Promise<void> {
  if (relay === undefined)
    throw new ApiError("this catcher releases no mails: start it with --relay to allow that");
  if (recipients.length === 0) throw new ApiError("No valid addresses found");
  const to = recipients.map(addressOf);
  const fields = headerFields(mail.raw);
  const [sender] = ["sender", "from"].flatMap((name) =>
    readMailboxes(firstValue(fields, name) ?? "", 1, decode).map(({ address }) => address),
  );
  if (sender === undefined || sender === "") throw new ApiError("No From header found");
  try {
    const octets = withoutBlindCopies(mail.raw);
    await relay.release(Buffer.from(octets.buffer, octets.byteOffset, octets.length), addressOf(sender), to);
  } catch (error) {
    if (error instanceof EnvoiError) throw new ApiError(`SMTP error: ${error.message.replace(/\s+/g, " ")}`);
    throw error;
  }
}

/** One address, alone or as `Name <address>`, and nothing that could be a command. */
function addressOf(text: string): string {
  const inBrackets = /^[^<>\r\n]*<([^<>\r\n]+)>$/.exec(text.trim())?.[1];
  try {
    return Address.parse(inBrackets ?? text).toString();
  } catch {
    throw new ApiError(`Invalid email address: ${beginningOf(text, 200)}`);
  }
}
