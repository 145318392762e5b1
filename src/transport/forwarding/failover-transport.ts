import { RelaysTransport } from "./relays-transport.ts";

/**
 * Sends by the first of several relays, and by the next if that fails.
 *
 * The next relay gets only recipients that certainly do not have the mail: `"not-sent"` and, with `transientRefusals`,
 * those refused temporarily; never `"unknown"`. A relay that fails is tried last for the time of its `cooldown`. The
 * `via` of each recipient in the report names the relay that its outcome comes from.
 *
 * @example
 * ```ts
 * const transport = new FailoverTransport([
 *   { name: "main", transport: SmtpTransport.relay("mail.example.org").build() },
 *   { name: "spare", transport: SmtpTransport.relay("spare.example.net").build() },
 * ]);
 * ```
 */
export class FailoverTransport extends RelaysTransport {
  protected override first(): number {
    return 0;
  }
}
