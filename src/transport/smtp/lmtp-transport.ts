import { ServerTransport } from "./server-transport.ts";
import type { SmtpOptions } from "./smtp-options.ts";
import { builderFromUrl, SmtpTransportBuilder } from "./smtp-transport.ts";

/**
 * Delivers mail into mailboxes by LMTP (RFC 2033), through a server such as Dovecot: each accepted recipient has a
 * reply of its own after the content, so one full mailbox does not stop the others. The report has the outcome of each.
 *
 * @example
 * ```ts
 * await using transport = LmtpTransport.unixSocket("/var/run/dovecot/lmtp").build();
 * const { accepted, rejected } = await transport.send(message);
 * for (const { recipient, reply } of rejected) console.log(`${recipient}: ${reply}`);
 * ```
 */
export class LmtpTransport extends ServerTransport {
  private constructor(options: SmtpOptions) {
    super(options, "Use LmtpTransport.builder(host).build()");
  }

  /** Its name; also tells an LmtpTransport from an SmtpTransport in types. */
  get [Symbol.toStringTag](): "LmtpTransport" {
    return "LmtpTransport";
  }

  /** A server on port 24, unencrypted, unless the builder says otherwise. Over networks that others share, use TLS. */
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
   * @throws EnvoiError of kind `"configuration"`, or an AddressError, if the URL is not one of these.
   */
  static fromUrl(url: string): SmtpTransportBuilder<LmtpTransport> {
    return builderFromUrl(url, LmtpTransport.builder, "lmtp");
  }
}
