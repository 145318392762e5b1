import { EnvoiError, reasonOf } from "../../../errors.ts";
import type { Connection } from "../../../net/client/connection.ts";
import { authentication } from "../../../protocol/dialogues/authentication.ts";
import type { Capabilities } from "../../../protocol/extensions.ts";
import { Failure } from "../../../protocol/failure.ts";
import { rewritingHint } from "../../../protocol/firewall-hint.ts";
import type { Reply } from "../../../protocol/reply.ts";
import type { KeyDerivation } from "../../../protocol/sasl/scram-keys.ts";
import { shown } from "../../../text/options/shown-value.ts";
import type { Verdicts } from "../lasting-failures.ts";
import type { Opening } from "../session/session-opening.ts";
import type { SmtpOptions } from "../smtp-options.ts";
import type { Cancellation } from "../submission/cancellation.ts";
import { Credentials } from "./credentials.ts";
import {
  canBind,
  canUse,
  isUnsuitable,
  type Login,
  loginAttempt,
  mechanismsFor,
  type SecretKind,
} from "./login-attempt.ts";
import { Redaction } from "./login-error-redaction.ts";
import { Mechanism, type SaslMechanism } from "./mechanism.ts";

/** The options that a login needs. */
export type LogInOptions = Pick<SmtpOptions, "host" | "port" | "mechanisms" | "allowPlaintextCredentials">;

/** The attempt that a login belongs to, and what is known of earlier logins. */
export interface LogInContext {
  readonly opening: Opening;
  readonly verdicts: Verdicts;
}

type AnyMechanism = Mechanism | SaslMechanism;

/**
 * Logs in (RFC 4954), or fails: if there are credentials, mail is never sent without a login.
 *
 * Credentials are sent only over verified TLS, to this machine, or if the builder allows it. The next mechanism is
 * tried only if the server rejects the one before as a mechanism, never after it refused the user. A refused token is
 * fetched once more. A secret on which there is a verdict is not sent.
 *
 * @param trying is called with each mechanism before it is used.
 */
export async function logIn(
  connection: Connection,
  capabilities: Capabilities,
  credentials: Credentials,
  options: LogInOptions,
  { opening, verdicts }: LogInContext,
  trying: (mechanism: string) => void = () => {},
): Promise<void> {
  if (!options.allowPlaintextCredentials && !connection.loopback) requireTls(connection);
  const { host, port } = options;
  const offered = offeredBy(capabilities, connection);
  const channelBindings = connection.channelBindings();
  const key = Credentials.keyOf(credentials);
  const derive = (derivation: KeyDerivation) => key.get(derivation);
  const context = { user: credentials.user, host, port, channelBindings, offered, derive };
  const mechanisms = inCommon(offered, channelBindings, options.mechanisms, kindOf(credentials));
  const redaction = new Redaction();
  const attempt = async (refused?: string): Promise<Verdict> => {
    const secret = await secretOf(credentials, refused, opening.cancellation);
    if (secret !== "") redaction.secrets.push(secret);
    const known = opening.insists ? undefined : verdicts.on(secret);
    if (known !== undefined) throw known;
    opening.secrets.add(secret);
    return await tryEach(connection, mechanisms, { ...context, secret }, redaction, trying);
  };
  try {
    let verdict = await attempt();
    if (verdict.reply.code === 535 && isFetched(credentials)) verdict = await attempt(verdict.secret);
    const { reply, mechanism } = verdict;
    if (reply.code !== 235) {
      const who = whose(redaction.text(credentials.user), host);
      throw refusal(redaction.reply(reply), mechanism, offered, who);
    }
  } catch (error) {
    // Other failures may quote the server.
    const own = !(error instanceof Failure) || error.kind === "authentication";
    throw own ? error : redaction.failure(error);
  }
}

function requireTls({ tls }: Connection): void {
  if (tls?.verified === true) return;
  const rule = "and credentials are sent only over verified TLS";
  if (tls === undefined)
    throw denied(
      `the connection is not encrypted, ${rule}: use Tls.Required or Tls.Wrapper, or, on a network of your own, .allowPlaintextCredentials()`,
    );
  const remedy = "TlsParameters.addRootCertificate or .pin can vouch for it";
  throw denied(`the certificate of the connection does not verify, ${rule}; ${remedy}`);
}

function offeredBy(capabilities: Capabilities, { tls }: Connection): readonly string[] {
  const { AUTH } = capabilities.extensions;
  if (AUTH !== undefined) return AUTH;
  const otherwise =
    tls === undefined
      ? "; many offer it only under TLS: use Tls.Required or Tls.Wrapper"
      : ", under TLS either; one that takes mail without a login needs no .credentials()";
  throw denied(
    `credentials were given, but the server does not offer AUTH${rewritingHint(capabilities) || otherwise}`,
  );
}

/** The mechanisms that both ends and the secret allow, the preferred one first. */
function inCommon(
  offered: readonly string[],
  bindings: ReadonlyMap<string, Buffer>,
  wanted: readonly AnyMechanism[] | undefined,
  kind: SecretKind,
): readonly AnyMechanism[] {
  const usable = (wanted ?? mechanismsFor(kind)).filter((mechanism) => canUse(mechanism, kind));
  const common = usable.filter((mechanism) => offered.includes(nameOf(mechanism)));
  const bindable = common.filter((mechanism) => canBind(mechanism, bindings));
  if (bindable.length > 0) return bindable;
  const offer = `the server offers AUTH ${offered.join(" ")}`;
  if (common.length > 0) throw denied(`${offer}, and there is no TLS connection to bind it to`);
  const these = usable.map(nameOf).join(" ") || "none";
  const given = kind === "external" ? "without a secret" : `with a ${kind}`;
  throw denied(`${offer}; ${given} these can be used: ${these}`);
}

function nameOf(mechanism: AnyMechanism): string {
  return typeof mechanism === "string" ? mechanism : mechanism.name;
}

/** The server's reply to a secret, and the mechanism. */
interface Verdict {
  readonly mechanism: string;
  readonly secret: string;
  readonly reply: Reply;
}

async function tryEach(
  connection: Connection,
  mechanisms: readonly AnyMechanism[],
  login: Login,
  redaction: Redaction,
  trying: (mechanism: string) => void,
): Promise<Verdict> {
  let verdict: Verdict | undefined;
  for (const mechanism of mechanisms) {
    const attempt = loginAttempt(mechanism, login);
    trying(attempt.mechanism);
    const reply = await connection.play(authentication(attempt, redaction.secrets));
    verdict = { mechanism: attempt.mechanism, secret: login.secret, reply };
    if (!isUnsuitable(reply)) break;
  }
  // There is at least one mechanism.
  return verdict as Verdict;
}

function kindOf(credentials: Credentials): SecretKind {
  return Credentials.secretOf(credentials).kind;
}

function isFetched(credentials: Credentials): boolean {
  const secret = Credentials.secretOf(credentials);
  return secret.kind === "token" && typeof secret.token !== "string";
}

/**
 * Returns the secret, fetched if necessary; if a token was refused, a different one.
 *
 * @throws Failure of kind `"authentication"` if it cannot be fetched.
 */
export async function secretOf(
  credentials: Credentials,
  refused: string | undefined,
  cancellation: Cancellation,
): Promise<string> {
  const secret = Credentials.secretOf(credentials);
  if (secret.kind === "external") return "";
  if (secret.kind === "password") return secret.password;
  const { token } = secret;
  if (typeof token === "string") return token;
  try {
    return await cancellation.aborting("auth", (signal) => token.get(refused, signal));
  } catch (cause) {
    throw cause instanceof Failure ? cause : notFetched(cause);
  }
}

function notFetched(cause: unknown): Failure {
  const message = `the token could not be fetched: ${reasonOf(cause)}`;
  // A problem of the token, or of the provider's certificate, is reported as such.
  const known = EnvoiError.is(cause) && cause.kind !== "configuration" ? cause : undefined;
  const { transient = false, permanent = false } = known ?? {};
  const kind = known?.kind === "tls" ? "tls" : "authentication";
  return new Failure({ kind, phase: "auth", message, transient, permanent, cause });
}

/** Names the login in an error message. A user that is an address is personal data. */
function whose(user: string, host: string): string {
  return user === "" || user.includes("@")
    ? `the login at ${host}`
    : `the login of ${shown(user)} at ${host}`;
}

function refusal(reply: Reply, mechanism: string, offered: readonly string[], who: string): Failure {
  if (!reply.positive && !reply.intermediate) {
    const message = `the server refused ${who} (by ${mechanism}): ${reply}`;
    const hint = reply.code === 535 && needsPassword(mechanism) && offered.includes("PLAIN") ? HINT : "";
    return new Failure({ kind: "authentication", phase: "auth", message: message + hint, reply });
  }
  const message = `protocol error: ${reply} is not an answer to AUTH`;
  return new Failure({ kind: "protocol", phase: "auth", message, reply, transient: false, permanent: false });
}

/** Whether the server must store the password, or a value derived from it, in a form that many servers do not have. */
function needsPassword(mechanism: string): boolean {
  return mechanism === Mechanism.CramMd5 || mechanism.startsWith("SCRAM-");
}

const HINT =
  "; if the password is right, the server may offer a mechanism that it does not support: try .authentication(Mechanism.Plain)";

function denied(message: string): Failure {
  return new Failure({ kind: "authentication", phase: "auth", message, transient: false, permanent: true });
}
