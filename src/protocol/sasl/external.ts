import type { CertificateAttempt } from "./auth-attempt.ts";
import { saslText } from "./mechanism.ts";
import type { ServerHalf, ServerMechanism } from "./server-mechanism.ts";

/** EXTERNAL (RFC 4422 A): the client's TLS certificate identifies the user. */
export const external: ServerMechanism & {
  client(secret: { readonly user: string }): Generator<Buffer | null, void, Buffer>;
} = {
  name: "EXTERNAL",
  *client({ user }) {
    yield Buffer.from(user);
  },
  *server(): ServerHalf {
    const user = saslText((yield Buffer.alloc(0)) as Buffer);
    if (user === undefined) return undefined;
    const attempt: CertificateAttempt = { user, external: true };
    return attempt;
  },
  available: ({ certified }) => certified,
};
