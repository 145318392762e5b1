import { createHmac, timingSafeEqual } from "node:crypto";
import type { DigestAttempt } from "./auth-attempt.ts";
import { type PasswordAttempt, saslText } from "./mechanism.ts";
import type { ServerHalf, ServerMechanism } from "./server-mechanism.ts";

/** CRAM-MD5 (RFC 2195): the server sends a challenge that only a client with the password can answer. */
export const cramMd5: ServerMechanism & {
  client(secret: PasswordAttempt): Generator<Buffer | null, void, Buffer>;
} = {
  name: "CRAM-MD5",
  serverFirst: true,
  *client({ user, password }) {
    const challenge = yield null;
    yield Buffer.from(`${user} ${answer(password, challenge)}`);
  },
  *server({ hostname, nonce }): ServerHalf {
    // `<` and `>` make it a msg-id, as the RFC requires.
    const challenge = Buffer.from(`<${nonce.replace(/[^A-Za-z0-9]/g, "")}@${hostname}>`);
    const match = /^(.+) ([0-9a-f]{32})$/i.exec(saslText((yield challenge) as Buffer) ?? "");
    if (match === null) return undefined;
    const shown = Buffer.from((match[2] as string).toLowerCase());
    const attempt: DigestAttempt = {
      user: match[1] as string,
      matches: (secret) => timingSafeEqual(shown, Buffer.from(answer(secret, challenge))),
    };
    return attempt;
  },
};

function answer(password: string, challenge: Buffer): string {
  return createHmac("md5", password).update(challenge).digest("hex");
}
