import { type Clock, systemClock } from "../../net/clock.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { Transport } from "../transport.ts";
import { ForwardingTransport } from "./forwarding-transport.ts";
import type { ForwardedMail } from "./relay-attempt.ts";
import { type NamedRelay, type RelayOptions, Relays } from "./relay-failover.ts";

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
export class FailoverTransport extends ForwardingTransport {
  readonly #relays: Relays;

  /**
   * The relays are closed with this transport.
   *
   * @throws EnvoiError of kind `"configuration"` if a relay or an option is not valid.
   */
  constructor(
    relays: readonly (Transport | NamedRelay)[],
    options: RelayOptions = {},
    clock: Clock = systemClock,
  ) {
    const checked = new Relays(relays, options, clock);
    super(checked.transports, checked.concurrency);
    this.#relays = checked;
  }

  protected override forward(mail: ForwardedMail): Promise<SendReport> {
    return this.#relays.forward(mail, 0);
  }
}
