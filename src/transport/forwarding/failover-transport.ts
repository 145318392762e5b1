import { type Clock, systemClock } from "../../net/clock.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { Transport } from "../transport.ts";
import { type ForwardedMail, ForwardingTransport } from "./forwarding-transport.ts";
import { type NamedRelay, type RelayOptions, Relays } from "./relays.ts";

/**
 * Sends by the first of several relays, and by the next where it fails.
 *
 * The next is given only those recipients of whom it is certain that they do not have the mail: `"not-sent"` and, if
 * asked, those refused for now; never `"unknown"`. A relay that fails rests a while and is asked last. Each recipient's
 * `via` in the report names the relay that told of it.
 *
 * @example
 * ```ts
 * const transport = new FailoverTransport([
 *   { name: "main", transport: SmtpTransport.relay("mail.example.org").build() },
 *   { name: "spare", transport: SmtpTransport.relay("spare.example.net").build() },
 * ]);
 * ```
 */
export class FailoverTransport extends ForwardingTransport {
  readonly #relays: Relays;

  /**
   * The relays are closed with it.
   *
   * @throws EnvoiError of kind `"configuration"` where a relay or an option makes no sense.
   */
  constructor(
    relays: readonly (Transport | NamedRelay)[],
    options: RelayOptions = {},
    clock: Clock = systemClock,
  ) {
    const checked = new Relays("FailoverTransport", relays, options, clock);
    super(checked.transports, checked.concurrency);
    this.#relays = checked;
  }

  protected override forward(mail: ForwardedMail): Promise<SendReport> {
    return this.#relays.forward(mail, 0);
  }
}
