import { randomBytes } from "node:crypto";
import { harmless, reasonOf } from "../../../errors.ts";
import type { AuthenticationAttempt } from "../../../protocol/dialogues/authentication.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Reply } from "../../../protocol/reply.ts";
import { cramMd5 } from "../../../protocol/sasl/cram-md5.ts";
import { external } from "../../../protocol/sasl/external.ts";
import { login } from "../../../protocol/sasl/login.ts";
import type { ClientHalf } from "../../../protocol/sasl/mechanism.ts";
import { oauthBearer } from "../../../protocol/sasl/oauthbearer.ts";
import { plain } from "../../../protocol/sasl/plain.ts";
import {
  type ScramMechanism,
  type ScramSecret,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
} from "../../../protocol/sasl/scram.ts";
import { xoauth2 } from "../../../protocol/sasl/xoauth2.ts";
import { Mechanism, type SaslExchange, type SaslMechanism } from "./mechanism.ts";

/** The kinds of secret. */
export type SecretKind = "password" | "token" | "external";

/** What is known when a login begins. */
export interface Login extends SaslExchange {
  /** The mechanisms that the server offers. */
  readonly offered: readonly string[];
  /** Derives keys from the password. */
  readonly derive: AuthenticationAttempt["derive"];
}

/** A mechanism that is built in. */
interface Row {
  /** What it needs. */
  readonly kind: SecretKind;
  client(login: Login): ClientHalf;
  readonly mutual?: true;
  /** Whether it reads no challenge. */
  readonly unread?: true | undefined;
  /** Whether it must be bound to the TLS connection. */
  readonly bound?: true;
}

const rows: Readonly<Record<Mechanism, Row>> = {
  [Mechanism.ScramSha256Plus]: scramPlus(scramSha256Plus),
  [Mechanism.ScramSha1Plus]: scramPlus(scramSha1Plus),
  [Mechanism.ScramSha256]: scram(scramSha256),
  [Mechanism.ScramSha1]: scram(scramSha1),
  [Mechanism.CramMd5]: { kind: "password", client: (login) => cramMd5.client(passwordOf(login)) },
  [Mechanism.Plain]: { kind: "password", client: (login) => plain.client(passwordOf(login)) },
  [Mechanism.Login]: {
    kind: "password",
    unread: login.unread,
    client: (exchange) => login.client(passwordOf(exchange)),
  },
  [Mechanism.OAuthBearer]: {
    kind: "token",
    unread: oauthBearer.unread,
    client: ({ user, secret, host, port }) => oauthBearer.client({ user, token: secret, host, port }),
  },
  [Mechanism.XOAuth2]: {
    kind: "token",
    unread: xoauth2.unread,
    client: ({ user, secret }) => xoauth2.client({ user, token: secret }),
  },
  [Mechanism.External]: { kind: "external", client: (login) => external.client(login) },
};

/** The mechanisms that can use a kind of secret, the strongest first. */
export function mechanismsFor(kind: SecretKind): readonly Mechanism[] {
  return Object.values(Mechanism).filter((name) => rows[name].kind === kind);
}

/** Whether a mechanism can use a kind of secret. A mechanism of the caller can use any. */
export function canUse(mechanism: Mechanism | SaslMechanism, kind: SecretKind): boolean {
  return typeof mechanism !== "string" || rows[mechanism].kind === kind;
}

/** Whether a reply to AUTH rejects the mechanism, not the login: unknown, too weak, or only allowed under TLS. */
export function isUnsuitable({ code }: Reply): boolean {
  return code === 504 || code === 534 || code === 538;
}

/** Whether a mechanism can be used on a connection with these channel bindings. */
export function canBind(
  mechanism: Mechanism | SaslMechanism,
  bindings: ReadonlyMap<string, Buffer>,
): boolean {
  return typeof mechanism !== "string" || rows[mechanism].bound !== true || bindings.size > 0;
}

/** The client's half of a mechanism, with its secret. */
export function loginAttempt(mechanism: Mechanism | SaslMechanism, login: Login): AuthenticationAttempt {
  if (typeof mechanism === "string") {
    const { client, mutual = false, unread } = rows[mechanism];
    return { mechanism, responses: client(login), mutual, unread, derive: login.derive };
  }
  const { name, mutual = false } = mechanism;
  const { user, secret, host, port, channelBindings } = login;
  const responses = beginning(mechanism, { user, secret, host, port, channelBindings });
  return { mechanism: name, responses, mutual };
}

/** The first response of a mechanism of the caller. @throws Failure of kind `"authentication"` */
function beginning(mechanism: SaslMechanism, exchange: SaslExchange): ClientHalf {
  try {
    const half = mechanism.respond(exchange);
    if (typeof half?.next === "function" && typeof half.return === "function") return half;
    harmless(half);
    throw new TypeError("respond: expected a generator to be returned");
  } catch (cause) {
    const message = `the mechanism ${mechanism.name} failed: ${reasonOf(cause)}`;
    const unsure = { transient: false, permanent: false };
    throw new Failure({ kind: "authentication", phase: "auth", message, cause, ...unsure });
  }
}

function scramPlus(mechanism: ScramMechanism): Row {
  return {
    kind: "password",
    mutual: true,
    bound: true,
    client(login) {
      const [type, octets] = [...login.channelBindings][0] as [string, Buffer];
      return mechanism.client({ ...scramSecret(login), binding: { type, octets } });
    },
  };
}

function scram(mechanism: ScramMechanism): Row {
  return {
    kind: "password",
    mutual: true,
    client(login) {
      // A server that offers -PLUS would take "unused" for an attack by someone in the middle (RFC 5802 6).
      const unused = login.channelBindings.size > 0 && !login.offered.some((name) => name.endsWith("-PLUS"));
      return mechanism.client({ ...scramSecret(login), ...(unused && { binding: "unused" as const }) });
    },
  };
}

function scramSecret(login: Login): ScramSecret {
  return { ...passwordOf(login), nonce: randomBytes(18).toString("base64") };
}

function passwordOf({ user, secret }: Login): { readonly user: string; readonly password: string } {
  return { user, password: secret };
}
