import type { Envelope } from "../../address/envelope.ts";
import { EnvoiError } from "../../errors.ts";
import { type RequestOptions, requestOptionNames } from "../extension-options/extension-options.ts";
import type { HandedOver } from "./deliver.ts";
import type { HandedMail } from "./handed-mail.ts";
import { RawTransport } from "./raw-transport.ts";

/** A mail that a {@link StubTransport} was given. */
export interface StubbedMail {
  /** The sender and the recipients. */
  readonly envelope: Envelope;
  /** With its angle brackets; set if the mail is a Message. */
  readonly messageId: string | undefined;
  /** The options of the send that use extensions of SMTP, such as `dsn`. */
  readonly requests: RequestOptions;
  /** The whole message, CRLF, without Bcc. */
  readonly raw: Buffer;
}

/**
 * Sends nothing and remembers everything: for tests of code that sends mail, if SMTP itself does not matter. If it
 * does, use `TestServer` of `envoi/testing`.
 *
 * @example
 * ```ts
 * const transport = StubTransport.ok();
 * await transport.send({ from: "shop@example.org", to: "jane@example.net", subject: "Hi", text: "Hello" });
 * assert.equal(transport.messages.length, 1);
 * ```
 */
export class StubTransport extends RawTransport {
  readonly #messages: StubbedMail[];

  /** `answer` returns the outcome of each mail, or throws; without it every mail is accepted. */
  constructor(
    answer: (mail: StubbedMail) => HandedOver | undefined | Promise<HandedOver | undefined> = () => undefined,
  ) {
    const messages: StubbedMail[] = [];
    const remember = async (mail: HandedMail): Promise<HandedOver | undefined> => {
      const { envelope, messageId, requests } = mail;
      const stubbed = { envelope, messageId, requests, raw: await mail.bytes() };
      messages.push(stubbed);
      if (messages.length > KEPT) messages.shift();
      return answer(stubbed);
    };
    super(remember, { supports: requestOptionNames });
    this.#messages = messages;
  }

  /** Accepts every mail. */
  static ok(): StubTransport {
    return new StubTransport();
  }

  /** Fails every mail, with this error or with a permanent refusal. */
  static error(error: Error = refused()): StubTransport {
    return new StubTransport(() => {
      throw error;
    });
  }

  /** The mails that it got, including those that failed, in order; the last 10,000. */
  get messages(): readonly StubbedMail[] {
    return [...this.#messages];
  }

  /** Forgets the mails. */
  clear(): void {
    this.#messages.length = 0;
  }
}

const KEPT = 10_000;

function refused(): EnvoiError {
  return new EnvoiError("the stub refuses every mail", {
    kind: "rejected",
    delivery: "refused",
    transient: false,
    permanent: true,
  });
}
