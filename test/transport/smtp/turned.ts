import type { Clock } from "#src/net/clock.js";
import { SmtpTransport, SmtpTransportBuilder } from "#src/transport/smtp/smtp-transport.js";

/** A builder of transports whose clock the test turns; builders themselves know no other clock than the machine's. */
export function turnedBy(clock: Clock, host: string): SmtpTransportBuilder {
  return new SmtpTransportBuilder(host, (options) =>
    Reflect.construct(SmtpTransport, [{ ...options, clock }]),
  );
}
