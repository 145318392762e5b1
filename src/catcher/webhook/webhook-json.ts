import { loadTextDecoding } from "../../text/charsets/web-charset.ts";
import type { SummaryJson } from "../mailpit/message-json.ts";
import type { StoredMail } from "../store/stored-mail.ts";

/** A mail as the webhook posts it: like mailpit's, with what a list of mails has. */
export async function webhookJson(mail: StoredMail): Promise<SummaryJson> {
  // A catcher without a webhook starts without what reads mails.
  const [{ summaryJson }, { readHeadFacts }, { readContentFacts }, decode] = await Promise.all([
    import("../mailpit/message-json.ts"),
    import("../reading/head-facts.ts"),
    import("../reading/content-facts.ts"),
    loadTextDecoding(),
  ]);
  return summaryJson(mail, readHeadFacts(mail, decode), readContentFacts(mail.raw, decode));
}
