import type { Verb } from "../../command.ts";
import { Reply } from "../../reply.ts";
import type { Conversation } from "../conversation.ts";
import type { ServerSettings } from "../settings.ts";
import { loginFirst } from "./refusals.ts";

const tlsFirst = Reply.of(530, "5.7.0", "Must issue a STARTTLS command first");

/** The commands that need nothing, so that a client can fulfil the requirements, and leave (RFC 4954 section 6). */
const free: ReadonlySet<Verb> = new Set(["HELO", "EHLO", "LHLO", "STARTTLS", "NOOP", "RSET", "HELP", "QUIT"]);

/** The commands that need no login: by the first two a client gets one, and the third only informs. */
const beforeLogin: ReadonlySet<Verb> = new Set(["AUTH", "XCLIENT", "XFORWARD"]);

/**
 * The refusal of a command that needs TLS (RFC 3207 section 4) or a login (RFC 4954 section 6) on this listener. TLS
 * comes first, also if only the login needs it.
 */
export function unmetRequirement(
  verb: Verb,
  {
    settings,
    secure,
    user,
    allowsPlaintextCredentials,
  }: Pick<Conversation, "settings" | "secure" | "user" | "allowsPlaintextCredentials">,
): Reply | undefined {
  if (free.has(verb)) return undefined;
  const needsLogin = settings.requireAuth && user === undefined && !beforeLogin.has(verb);
  const needsTls = settings.requireTls || (needsLogin && !allowsPlaintextCredentials);
  if (needsTls && !secure) return tlsFirst;
  return needsLogin ? loginFirst : undefined;
}

/** Whether the server has a command. Some need a hook of the host application. */
export function isImplemented(verb: Verb, { etrn, atrn, burl, without }: ServerSettings): boolean {
  switch (verb) {
    case "ETRN":
      return etrn && !without.has(verb);
    case "ATRN":
      return atrn && !without.has(verb);
    case "BURL":
      return burl !== undefined && !without.has(verb);
    default:
      return true;
  }
}
