import { authentication } from "../../../protocol/dialogues/authentication.ts";
import { Failure } from "../../../protocol/failure.ts";
import { deriveKey } from "../../../protocol/sasl/scram-keys.ts";
import {
  canBind,
  isUnsuitable,
  loginAttempt,
  mechanismsFor,
} from "../../../transport/smtp/login/login-attempt.ts";
import { Redaction } from "../../../transport/smtp/login/login-error-redaction.ts";
import type { Conversation } from "../connection/conversation.ts";
import { isVerified } from "./judge-certificate.ts";
import type { LoginFacts, ServerFacts } from "./server-facts.ts";

/**
 * Logs in like a transport: only over verified TLS or to this machine, with the strongest mechanism that both ends
 * know.
 *
 * @throws Broken
 */
export async function tryLogin(facts: ServerFacts, conversation: Conversation): Promise<LoginFacts> {
  const { target, hello, tls, loopback } = facts;
  const { user, password } = target.login ?? { user: "", password: "" };
  const offered = hello?.capabilities.extensions.AUTH;
  if (offered === undefined) return { problem: "not-offered" };
  const channelBindings = conversation.channelBindings();
  const usable = mechanismsFor("password").filter(
    (mechanism) => offered.includes(mechanism) && canBind(mechanism, channelBindings),
  );
  if (usable.length === 0) return { problem: "no-mechanism" };
  if (!loopback && (tls === undefined || !isVerified(tls, Date.now()))) return { problem: "not-verified" };
  let last: LoginFacts = { problem: "no-mechanism" };
  const redaction = new Redaction();
  redaction.secrets.push(password, `\0${user}\0${password}`);
  for (const mechanism of usable) {
    const { host, port } = target;
    const login = { user, secret: password, host, port, channelBindings, offered, derive: deriveKey };
    try {
      const reply = await conversation.play(authentication(loginAttempt(mechanism, login)), "auth");
      last = { mechanism, reply: redaction.reply(reply) };
      if (!isUnsuitable(reply)) break;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return { mechanism, problem: "not-proved" };
    }
  }
  return last;
}
