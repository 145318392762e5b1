import type { FollowedSendOptions } from "../../transport/send-options.ts";
import { envelopeIdOf } from "../suppressions/envelope-id.ts";
import type { Permit } from "./attempt-result.ts";
import type { ClaimedMail } from "./claimed-mail.ts";

/**
 * How a mail is handed to the transport: with an id that delivery reports repeat, if the relay offers that; and for one
 * MAIL only, if that needs permits. Then nothing is sent again by the transport itself.
 */
export function handOver({ id, messageId }: ClaimedMail, permits: readonly Permit[]): FollowedSendOptions {
  return {
    dsn: { envid: envelopeIdOf(id, messageId) },
    ifOffered: ["dsn"],
    once: permits.length > 0,
  };
}
