import type { Failure } from "../../../protocol/failure.ts";
import { MASK, withoutSecrets } from "../../../protocol/masking/known-secrets.ts";
import { Reply } from "../../../protocol/reply.ts";

/** Keeps what was sent in a login out of errors: servers that do not understand a line repeat it in their reply. */
export class Redaction {
  /** What must not be shown: secrets, and everything that was sent in base64. */
  readonly secrets: string[] = [];

  /** The failure without the secrets. */
  failure(failure: Failure): Failure {
    const { message, reply } = failure;
    return failure.with({ message: this.text(message), reply: reply && this.reply(reply) });
  }

  reply({ code, enhancedCode, lines }: Reply): Reply {
    return new Reply({ code, enhancedCode, lines: lines.map((line) => this.text(line)) });
  }

  text(text: string): string {
    const forms = this.secrets.flatMap((secret) => [secret, Buffer.from(secret).toString("base64")]);
    const whole = withoutSecrets(text, forms);
    // A server may repeat only part of a long line.
    return whole.replace(PART, (part) => (forms.some((form) => form.includes(part)) ? MASK : part));
  }
}

/** Characters of base64 and of tokens, enough to reveal something. */
const PART = /[A-Za-z0-9+/=._~-]{12,}/g;
