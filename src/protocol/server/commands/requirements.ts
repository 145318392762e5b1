import type { Verb } from "../../command.ts";
import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";

const tlsFirst = Reply.of(530, "5.7.0", "Must issue a STARTTLS command first");
const loginFirst = Reply.of(530, "5.7.0", "Authentication required");

/** The commands that need nothing, so that a client can fulfil the requirements, and leave (RFC 4954 section 6). */
const free: ReadonlySet<Verb> = new Set(["HELO", "EHLO", "LHLO", "STARTTLS", "NOOP", "RSET", "HELP", "QUIT"]);

/**
 * The refusal of a command that needs TLS (RFC 3207 section 4) or a login (RFC 4954 section 6) on this listener. TLS
 * comes first, also if only the login needs it.
 */
export function unmetRequirement(
  verb: Verb,
  { settings, secure, user }: Pick<Conversation, "settings" | "secure" | "user">,
): Reply | undefined {
  if (free.has(verb)) return undefined;
  const needsLogin = settings.requireAuth && user === undefined && verb !== "AUTH";
  const needsTls = settings.requireTls || (needsLogin && !settings.allowPlaintextCredentials);
  if (needsTls && !secure) return tlsFirst;
  return needsLogin ? loginFirst : undefined;
}
