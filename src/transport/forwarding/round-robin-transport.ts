import { RelaysTransport } from "./relays-transport.ts";

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
export class RoundRobinTransport extends RelaysTransport {
  #next = 0;

  protected override first(relays: number): number {
    const first = this.#next;
    this.#next = (first + 1) % relays;
    return first;
  }
}
