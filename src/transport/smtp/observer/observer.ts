import type { X509Certificate } from "node:crypto";
import type { TracingChannel } from "node:diagnostics_channel";
import { certificateFacts } from "../../../net/client/certificate-chain.ts";
import type { ConnectionObserver } from "../../../net/client/connection-observer.ts";
import { Journal, tellable } from "../../../net/journal.ts";
import type { Logger } from "../../../net/logger.ts";
import { withoutAddresses } from "../../../protocol/masking/address-mask.ts";
import type { TlsFacts } from "../../../protocol/send-report.ts";
import type { Mail } from "../../mail/mail.ts";
import { CommandObserver } from "./command-observer.ts";
import {
  type AuthEvent,
  type ConnectEvent,
  channels,
  type TlsEvent,
  type TraceEvent,
  type TransportEvent,
} from "./events.ts";
import { SendObserver } from "./send-observer.ts";

/** The parameters of an observer. */
export interface ObserverOptions {
  readonly host: string;
  readonly port: number;
  readonly logger: Logger | undefined;
  /** Whether addresses may be shown. */
  readonly logAddresses: boolean;
}

/**
 * Reports what a transport does to the subscribers of its channels and to its logger. Without any, it costs one check.
 */
export class Observer {
  readonly #journal: Journal;
  readonly #transport: TransportEvent;

  constructor({ host, port, logger, logAddresses }: ObserverOptions) {
    this.#transport = { host, port };
    this.#journal = new Journal(logger, logAddresses, "an SmtpTransport");
  }

  /** Observes the opening of a connection, to which it gives a number. */
  connecting<T extends { readonly place: string }>(connection: number, action: () => Promise<T>): Promise<T> {
    this.#journal.askAgain();
    const event: ConnectEvent = { ...this.#transport, connection };
    return this.#traced(channels.connect, event, "connect", action, ({ place }) => ({ place }));
  }

  /** Observes a handshake; `reason` returns afterwards why the certificate is not valid. */
  securing(
    connection: number,
    action: () => Promise<TlsFacts>,
    reason: () => string | undefined,
  ): Promise<TlsFacts> {
    const event: TlsEvent = { ...this.#transport, connection };
    return this.#traced(channels.tls, event, "TLS", action, ({ protocol, cipher, verified, resumed }) => {
      const facts = { protocol, cipher, verified, resumed };
      if (verified) return facts;
      const why = reason();
      const unverified = { ...facts, ...(why !== undefined && { reason: withoutAddresses(why) }) };
      this.#journal.publish(channels.unverified, { ...event, ...unverified });
      this.#journal.log("warn", { ...event, ...unverified }, "the certificate does not verify");
      return unverified;
    });
  }

  /** Takes the certificates that a server presents, before they are judged; `undefined` if nothing wants them. */
  certificates(connection: number): ((chain: readonly X509Certificate[]) => void) | undefined {
    if (!this.#journal.detailed) return undefined;
    return (chain) => {
      const certificates = chain.map(certificateFacts);
      this.#journal.log(
        "debug",
        { ...this.#transport, connection, certificates },
        "the server's certificates",
      );
    };
  }

  /** Observes a login, which reports the mechanisms that it tries. */
  loggingIn(
    connection: number,
    action: (trying: (mechanism: string) => void) => Promise<void>,
  ): Promise<void> {
    const event: AuthEvent = { ...this.#transport, connection };
    const trying = (mechanism: string) => {
      event.mechanism = mechanism;
    };
    return this.#traced(
      channels.auth,
      event,
      "login",
      () => action(trying),
      () => ({}),
    );
  }

  /** The observer of the commands and replies of a connection. */
  ofConnection(connection: number): ConnectionObserver {
    return new CommandObserver(this.#journal, { ...this.#transport, connection });
  }

  /** Observes a mail; `undefined` if nothing listens. */
  sending(mail: Mail): SendObserver | undefined {
    if (!this.#journal.kept && !channels.send.hasSubscribers) return undefined;
    this.#journal.askAgain();
    const { envelope, messageId } = mail;
    const addresses = this.#journal.logAddresses ? envelope.toJSON() : {};
    const recipients = envelope.to.length;
    return new SendObserver(this.#journal, { ...this.#transport, messageId, recipients, ...addresses });
  }

  async #traced<Event extends TraceEvent, T>(
    channel: TracingChannel<unknown, Event>,
    event: Event,
    what: string,
    action: () => Promise<T>,
    facts: (value: T) => Partial<Event>,
  ): Promise<T> {
    if (!this.#journal.kept && !channel.hasSubscribers && !channels.unverified.hasSubscribers)
      return action();
    const begun = performance.now();
    this.#journal.publish(channel.start, event);
    try {
      const promise = action();
      this.#journal.publish(channel.end, event);
      const value = await promise;
      Object.assign(event, facts(value));
      this.#ended(channel, event, begun);
      this.#journal.log("debug", event, `${what}: done`);
      return value;
    } catch (error) {
      event.error = tellable(error);
      this.#journal.publish(channel.error, event);
      this.#ended(channel, event, begun);
      this.#journal.log("warn", { ...event, error: event.error.toJSON() }, `${what}: failed`);
      throw error;
    }
  }

  #ended<Event extends TraceEvent>(
    channel: TracingChannel<unknown, Event>,
    event: Event,
    begun: number,
  ): void {
    event.duration = performance.now() - begun;
    this.#journal.publish(channel.asyncStart, event);
    this.#journal.publish(channel.asyncEnd, event);
  }
}
