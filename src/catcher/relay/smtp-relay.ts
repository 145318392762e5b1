import { Envelope } from "../../address/envelope.ts";
import { addressKey } from "../../testing/messages/address-key.ts";
import { recipientTest } from "../../testing/messages/recipient-test.ts";
import { SmtpTransport } from "../../transport/smtp/smtp-transport.ts";
import { ApiError } from "../http/api-error.ts";
import type { RelayOptions } from "../options/catcher-options.ts";
import type { Relay } from "./relay.ts";

/** A relay that is a server of SMTP. */
export class SmtpRelay implements Relay {
  readonly url: string;
  readonly allowed: readonly string[];
  readonly #keys: ReadonlySet<string>;
  readonly #transport: ReturnType<ReturnType<typeof SmtpTransport.fromUrl>["build"]>;

  /** @throws EnvoiError of kind `"configuration"` if the URL is not valid. */
  constructor({ url, recipients = [] }: RelayOptions) {
    this.#transport = SmtpTransport.fromUrl(url).build();
    const { protocol, host, pathname } = new URL(url);
    this.url = `${protocol}//${host}${pathname}`.replace(/\/$/, "");
    this.allowed = recipients;
    this.#keys = new Set(recipients.map((recipient) => recipientTest(recipient).key));
  }

  async release(raw: Buffer, from: string | null, to: readonly string[]): Promise<void> {
    const envelope = Envelope.of(from, [...to]);
    for (const recipient of envelope.to) {
      const mayGet =
        this.#keys.has(addressKey(recipient.toString())) || this.#keys.has(`@${recipient.domain}`);
      if (this.#keys.size > 0 && !mayGet)
        throw new ApiError(`mails may not be released to ${recipient}: allow it with --relay-to`);
    }
    await this.#transport.sendRaw(envelope, raw);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
