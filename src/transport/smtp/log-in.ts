import type { Connection } from "../../net/client/connection.ts";
import { authentication } from "../../protocol/dialogues/authentication.ts";
import type { Peer } from "../../protocol/extensions.ts";
import { Failure } from "../../protocol/failure.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { Cancellation } from "./cancellation.ts";
import { Credentials, checked } from "./credentials.ts";
import { attempt, type KnownSecret, type Mechanism, mechanismsFor } from "./mechanism.ts";
import type { SmtpOptions } from "./options.ts";

/** What logging in needs of the options. */
export type LogInOptions = Pick<SmtpOptions, "mechanisms" | "allowPlaintextCredentials">;

/**
 * Logs in (RFC 4954), or fails: mail never goes out under no name when one was asked for.
 *
 * Credentials go out only over verified TLS, to this very machine, or where that was waived. The next mechanism is
 * tried only where the server said that this one will not do, never after it refused the user. A token that was
 * refused is fetched anew, once.
 */
export async function logIn(
  connection: Connection,
  peer: Peer,
  credentials: Credentials,
  options: LogInOptions,
  cancellation: Cancellation,
): Promise<void> {
  if (!options.allowPlaintextCredentials && !connection.loopback) requireTls(connection);
  const { kind } = Credentials.secretOf(credentials);
  const mechanisms = inCommon(peer, options.mechanisms ?? mechanismsFor[kind], kind);
  let said = await fetchSecret(credentials, false, cancellation);
  let reply = await tryEach(connection, mechanisms, said);
  if (reply.code === 535 && canBeFetched(credentials)) {
    said = await fetchSecret(credentials, true, cancellation);
    reply = await tryEach(connection, mechanisms, said);
  }
  if (reply.code !== 235) {
    const message = `the server refused the credentials: ${masked(String(reply), said)}`;
    throw new Failure({ kind: "authentication", phase: "auth", message, reply });
  }
}

function requireTls({ tls }: Connection): void {
  if (tls?.verified === true) return;
  const state = tls === undefined ? "is not encrypted" : "has a certificate that does not verify";
  throw denied(`the connection ${state}, and credentials go out only over verified TLS`);
}

function inCommon(peer: Peer, wanted: readonly Mechanism[], kind: KnownSecret["kind"]): readonly Mechanism[] {
  const offered = peer.extensions.AUTH;
  if (offered === undefined) {
    throw denied("credentials were given, but the server does not offer AUTH; many offer it only under TLS");
  }
  const usable = wanted.filter((mechanism) => mechanismsFor[kind].includes(mechanism));
  const common = usable.filter((mechanism) => offered.includes(mechanism));
  if (common.length > 0) return common;
  throw denied(
    `the server offers AUTH ${offered.join(" ")}; with a ${kind} these can be used: ${usable.join(" ") || "none"}`,
  );
}

async function tryEach(
  connection: Connection,
  mechanisms: readonly Mechanism[],
  secret: KnownSecret,
): Promise<Reply> {
  let reply: Reply | undefined;
  for (const mechanism of mechanisms) {
    reply = await connection.play(authentication(attempt(mechanism, secret)));
    if (!UNSUITABLE.has(reply.code)) break;
  }
  // There is at least one mechanism.
  return reply as Reply;
}

/** Not this mechanism: unknown, too weak, or only under TLS. */
const UNSUITABLE: ReadonlySet<number> = new Set([504, 534, 538]);

/** The reply without the secret, which servers that do not know AUTH repeat as they were told it. */
function masked(reply: string, { kind, user, secret }: KnownSecret): string {
  const forms = [secret, Buffer.from(secret).toString("base64")];
  for (const mechanism of mechanismsFor[kind]) {
    const first = attempt(mechanism, { kind, user, secret }).responses.next().value;
    if (first) forms.push(first.toString("base64"));
  }
  // The longest first: one may hold another.
  forms.sort((a, b) => b.length - a.length);
  return forms.reduce((text, form) => text.replaceAll(form, "***"), reply);
}

function canBeFetched(credentials: Credentials): boolean {
  const secret = Credentials.secretOf(credentials);
  return secret.kind === "token" && typeof secret.token === "function";
}

async function fetchSecret(
  credentials: Credentials,
  refused: boolean,
  cancellation: Cancellation,
): Promise<KnownSecret> {
  const { user } = credentials;
  const secret = Credentials.secretOf(credentials);
  if (secret.kind === "password") return { kind: "password", user, secret: secret.password };
  const { token } = secret;
  if (typeof token === "string") return { kind: "token", user, secret: token };
  try {
    const fetched = await cancellation.aborting("auth", async (signal) => token({ signal, refused }));
    return { kind: "token", user, secret: checked("token", fetched) };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw denied(`the token could not be fetched: ${reason}`, cause);
  }
}

function denied(message: string, cause?: unknown): Failure {
  const permanent = cause === undefined;
  return new Failure({ kind: "authentication", phase: "auth", message, cause, transient: false, permanent });
}
