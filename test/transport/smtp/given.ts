import type { SmtpOptions } from "#src/transport/smtp/smtp-options.js";
import { SmtpTransport, SmtpTransportBuilder } from "#src/transport/smtp/smtp-transport.js";

/** A builder of transports that are given what builders know no word for: another resolver, another clock. */
export function given(
  options: Partial<Pick<SmtpOptions, "resolve" | "clock">>,
  host: string,
): SmtpTransportBuilder {
  return new SmtpTransportBuilder(host, (built) =>
    Reflect.construct(SmtpTransport, [{ ...built, ...options }]),
  );
}
