import type { Envelope, EnvelopeFields } from "../../address/envelope.ts";
import { misconfigured } from "../../errors.ts";
import type { Message } from "../../message/message.ts";
import type { MessageFields } from "../../message/message-fields.ts";
import type { SendReport } from "../../protocol/send-report.ts";
import type { RawContent } from "../mail/raw-mail.ts";
import type { SendAllItem, SendAllOptions, SendRun, SendSource, TagOf } from "../run/send-run.ts";
import type { CloseOptions, SendOptions, Transport } from "../transport.ts";
import { SmtpTransportBuilder } from "./builder.ts";
import type { TestConnectionOptions } from "./connection-tests.ts";
import type { SmtpOptions } from "./options.ts";
import type { ServerInfo } from "./session/server-info.ts";
import type { TransportStatus } from "./status.ts";
import { SmtpTransport } from "./transport.ts";
import { builderFromUrl } from "./url/url.ts";

/**
 * Delivers mail into mailboxes over LMTP (RFC 2033), to a server such as Dovecot: each recipient that was accepted has
 * a reply of its own after the content, so that one full mailbox does not hold up the others. The report tells of each.
 *
 * @example
 * ```ts
 * await using transport = LmtpTransport.unixSocket("/var/run/dovecot/lmtp").build();
 * const { accepted, rejected } = await transport.send(message);
 * for (const { recipient, reply } of rejected) console.log(`${recipient}: ${reply}`);
 * ```
 */
export class LmtpTransport implements Transport {
  readonly #transport: SmtpTransport;

  private constructor(options: SmtpOptions) {
    if ((options as Partial<SmtpOptions> | undefined)?.dialect !== "lmtp")
      throw misconfigured(
        "LmtpTransport: expected a builder to construct it: LmtpTransport.builder(host).build()",
      );
    this.#transport = new SmtpTransport(options);
  }

  /** A server on port 24, in clear, unless the builder is told otherwise. Over networks that others share, use TLS. */
  static builder(host: string): SmtpTransportBuilder<LmtpTransport> {
    return new SmtpTransportBuilder(host, (options) => new LmtpTransport(options), "lmtp");
  }

  /** A server behind a Unix socket. @param path Absolute. */
  static unixSocket(path: string): SmtpTransportBuilder<LmtpTransport> {
    return LmtpTransport.builder("localhost").unixSocket(path);
  }

  /**
   * A server named by a URL: `lmtp://host:24` or `lmtp+unix:///var/run/dovecot/lmtp`, with the parameters of
   * {@link SmtpTransport.fromUrl}.
   *
   * @throws EnvoiError of kind `"configuration"`, or an AddressError, where the URL says anything else.
   */
  static fromUrl(url: string): SmtpTransportBuilder<LmtpTransport> {
    return builderFromUrl(url, LmtpTransport.builder, "lmtp");
  }

  /** Sends a message; see {@link SmtpTransport.send}. */
  send(fields: MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport>;
  send(message: Message | MessageFields, options?: SendOptions): Promise<SendReport> {
    return this.#transport.send(message, options);
  }

  /** Sends octets as they are; see {@link SmtpTransport.sendRaw}. */
  sendRaw(
    envelope: Envelope | EnvelopeFields,
    content: RawContent,
    options?: SendOptions,
  ): Promise<SendReport> {
    return this.#transport.sendRaw(envelope, content, options);
  }

  /** Sends many, over all connections; see {@link SmtpTransport.sendAll}. */
  sendAll<Item extends SendAllItem>(items: SendSource<Item>, options?: SendAllOptions): SendRun<TagOf<Item>> {
    return this.#transport.sendAll(items, options);
  }

  /** What the transport is doing at this moment; see {@link SmtpTransport.status}. */
  status(): TransportStatus {
    return this.#transport.status();
  }

  /** Connects, and says goodbye; see {@link SmtpTransport.testConnection}. */
  testConnection(options?: TestConnectionOptions): Promise<ServerInfo> {
    return this.#transport.testConnection(options);
  }

  /** Takes nothing new, sends what is queued, says QUIT on every connection. */
  close(options?: CloseOptions): Promise<void> {
    return this.#transport.close(options);
  }

  /** Closes, waiting for what is being sent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
