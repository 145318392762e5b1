import { type Clock, systemClock } from "../../net/clock.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { Transport } from "../transport.ts";
import { ForwardingTransport } from "./forwarding-transport.ts";
import type { ForwardedMail } from "./relay-attempt.ts";
import { type NamedRelay, type RelayOptions, Relays } from "./relay-failover.ts";

/** A transport in front of several relays. If the relay of a mail fails, the next one takes over. */
export abstract class RelaysTransport extends ForwardingTransport {
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

  /** Chooses the relay that is tried first with the next mail, by its index. */
  protected abstract first(relays: number): number;

  protected override forward(mail: ForwardedMail): Promise<SendReport> {
    return this.#relays.forward(mail, this.first(this.#relays.transports.length));
  }
}
