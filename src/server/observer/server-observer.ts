import { Journal } from "../../net/journal.ts";
import type { Logger } from "../../net/logger.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";
import type { ContentVerdict } from "../../protocol/server/event.ts";
import type { ClientIdentity } from "../connection/client-identity.ts";
import type { Session } from "../connection/session.ts";
import { ConnectionTrace } from "./connection-trace.ts";
import { MailTrace } from "./mail-trace.ts";
import { ServerCounters } from "./server-counters.ts";
import { type Refusal, type RefusedEvent, type ServerClientEvent, serverChannels } from "./server-events.ts";

/** The client of an event: a session, or what is known about a client before it has one. */
export interface ObservedClient extends ClientIdentity {
  readonly id?: string;
}

/**
 * Reports what a server does: to the subscribers of its channels, to its logger, and by counters to `status()`. If
 * nothing listens, it costs one check.
 */
export class ServerObserver {
  readonly counters: ServerCounters = new ServerCounters();
  readonly #journal: Journal;

  constructor(logger: Logger | undefined, logAddresses: boolean) {
    this.#journal = new Journal(logger, logAddresses, "an SmtpServer");
  }

  /**
   * A client was refused, given up, or cut short. Every such end goes through here, so that channel, log and counters
   * agree.
   *
   * @example
   * ```text
   * host.observer.refused(session, {
   *   kind: "proxy",
   *   reason: "proxy-checksum",
   *   phase: "proxy",
   *   detail: "the CRC32C of the header is wrong",
   * });
   * ```
   */
  refused(client: ObservedClient, refusal: Refusal): void {
    this.counters.refuse(refusal.reason);
    if (!this.#journal.kept && !serverChannels.refused.hasSubscribers) return;
    const event: RefusedEvent = { ...eventOf(client), ...refusal };
    this.#journal.publish(serverChannels.refused, event);
    this.#journal.log("warn", event, refusal.detail);
  }

  /**
   * Observes a new connection, if anybody listens. A subscriber that comes later gets later connections.
   *
   * @param session what is known of it at any time
   */
  connection(session: () => Session): ConnectionTrace | undefined {
    this.#journal.askAgain();
    if (!this.#journal.kept && !listenedTo.some(({ hasSubscribers }) => hasSubscribers)) return undefined;
    return new ConnectionTrace(this.#journal, () => eventOf(session()), session);
  }

  /** Counts a message, unless it was refused for all recipients. Returns whether it counts. */
  judged(verdict: ContentVerdict, octets: number): boolean {
    const replies = Array.isArray(verdict) ? verdict : [verdict as Reply | undefined];
    if (replies.every((reply) => reply?.positive === false)) return false;
    this.counters.mails++;
    this.counters.octets += octets;
    return true;
  }

  /** Observes a message whose content begins, if anybody listens. */
  mail(client: ObservedClient, envelope: ReceivedEnvelope): MailTrace | undefined {
    if (!this.#journal.kept && !serverChannels.mail.hasSubscribers) return undefined;
    return new MailTrace(this.#journal, eventOf(client), envelope);
  }
}

/** The client in the form of events. */
function eventOf(client: ObservedClient): ServerClientEvent {
  const { id, remoteAddress, remotePort, localAddress, localPort } = client;
  return { ...(id !== undefined && { session: id }), remoteAddress, remotePort, localAddress, localPort };
}

/** The channels with events of a connection. */
const listenedTo: readonly { readonly hasSubscribers: boolean }[] = [
  serverChannels.connection,
  serverChannels.tls,
  serverChannels.auth,
  serverChannels.command,
  serverChannels.reply,
];
