import { type Clock, systemClock } from "../../net/clock.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { Transport } from "../transport.ts";
import { ForwardingTransport } from "./forwarding-transport.ts";
import type { ForwardedMail } from "./relay-attempt.ts";
import { type NamedRelay, type RelayOptions, Relays } from "./relay-failover.ts";

/**
 * Sends by several relays in turn, one mail each; if one fails the next takes over, as in `FailoverTransport`.
 *
 * @example
 * ```ts
 * const transport = new RoundRobinTransport([
 *   SmtpTransport.relay("mx1.example.org").build(),
 *   SmtpTransport.relay("mx2.example.org").build(),
 * ]);
 * ```
 */
export class RoundRobinTransport extends ForwardingTransport {
  readonly #relays: Relays;
  #next = 0;

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
    const first = this.#next;
    this.#next = (first + 1) % this.#relays.transports.length;
    return this.#relays.forward(mail, first);
  }
}
