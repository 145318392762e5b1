import type { Failure } from "../../../protocol/failure.ts";
import { Reply } from "../../../protocol/reply.ts";

/**
 * Keeps out of errors what has been told in a login: servers that do not understand a line repeat it in their reply.
 */
export class Redaction {
  /** What must not be seen: secrets, and whatever was said, in base64. */
  readonly secrets: string[] = [];

  /** The failure with nothing of the secrets in it. */
  failure(failure: Failure): Failure {
    const { message, reply } = failure;
    return failure.with({ message: this.text(message), reply: reply && this.reply(reply) });
  }

  reply({ code, enhancedCode, lines }: Reply): Reply {
    return new Reply({ code, enhancedCode, lines: lines.map((line) => this.text(line)) });
  }

  text(text: string): string {
    const forms = this.secrets
      .flatMap((secret) => [secret, Buffer.from(secret).toString("base64")])
      // The longest first: one may hold another.
      .sort((a, b) => b.length - a.length);
    const whole = forms.reduce((masked, form) => masked.replaceAll(form, MASK), text);
    // A long line is repeated in part.
    return whole.replace(PART, (part) => (forms.some((form) => form.includes(part)) ? MASK : part));
  }
}

const MASK = "***";

/** Long enough to tell something, in the characters of base64 and of tokens. */
const PART = /[A-Za-z0-9+/=._~-]{12,}/g;
