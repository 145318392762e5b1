import { randomBytes } from "node:crypto";
import { Reply } from "../reply.ts";
import type { ScramKeys } from "../sasl/scram-keys.ts";
import type { Channel, KeysWanted, Proof, ServerHalf, ServerMechanism } from "../sasl/server-mechanism.ts";
import type { AuthEvent, AuthenticatedEvent, IdentifyEvent, ProofEvent } from "./event.ts";
import { beyond } from "./limit.ts";
import type { ServerSettings } from "./settings.ts";

/** The next step of a login: a reply, or an event for the host application. */
export type AuthStep = Reply | AuthEvent | IdentifyEvent | ProofEvent | AuthenticatedEvent;

/** The parts of the conversation that an exchange reads and changes. */
interface AuthConversation {
  readonly settings: Pick<ServerSettings, "hostname" | "maxAuthAttempts">;
  readonly mechanisms: readonly string[];
  readonly channel: Channel;
  user: string | undefined;
  failedAttempts: number;
  say(reply: Reply): void;
}

/** The exchange of one AUTH command (RFC 4954 4): lines that are not commands until it is over. */
export class AuthExchange {
  readonly #conversation: AuthConversation;
  readonly #mechanism: ServerMechanism;
  readonly #server: ServerHalf;
  /** The refusal, while the client must still answer its challenge (OAUTHBEARER, XOAUTH2). */
  #refusal: Reply | undefined;
  /** Whether the host application waits for the result of the proof. */
  #identified = false;
  /** The client is being shown that the server knows the secret too. */
  #accepted: string | undefined;
  /** Whether the next line is a command again. */
  over = false;

  constructor(conversation: AuthConversation, mechanism: ServerMechanism) {
    this.#conversation = conversation;
    this.#mechanism = mechanism;
    const { settings, mechanisms, channel: own } = conversation;
    // A client may say that it would have used channel binding; that is an attack only if -PLUS was offered (RFC 5802
    // section 6).
    const bound = mechanisms.some((name) => name.endsWith("-PLUS"));
    const channel = bound ? own : { ...own, bindings: new Map<string, Buffer>() };
    const nonce = randomBytes(18).toString("base64");
    this.#server = mechanism.server({ hostname: settings.hostname, channel, nonce });
  }

  /** The first step; `initialResponse` in base64. */
  start(initialResponse: string | undefined): AuthStep {
    const first = this.#server.next();
    if (initialResponse !== undefined)
      return this.#mechanism.serverFirst ? this.#malformed() : this.respond(initialResponse);
    return this.#step(first);
  }

  /** The step that follows a line of the client. */
  respond(line: string): AuthStep {
    if (this.#refusal !== undefined) return this.#end(this.#refusal);
    if (line === "*") return this.#end(Reply.of(501, "5.7.0", "Authentication cancelled"));
    if (this.#accepted !== undefined) return this.#authenticated(this.#accepted);
    const response = decodeBase64(line);
    return response === undefined ? this.#malformed() : this.#step(this.#server.next(response));
  }

  #step(next: ReturnType<ServerHalf["next"]>): AuthStep {
    if (next.done !== true)
      return Buffer.isBuffer(next.value) ? challenge(next.value) : this.#identify(next.value);
    const outcome = next.value;
    if (outcome === undefined) return this.#malformed();
    if ("proved" in outcome) return this.#judge(outcome);
    this.over = true;
    const answer: AuthEvent["answer"] = (verdict) => {
      if (verdict instanceof Reply) return this.#conversation.say(this.#refused(verdict));
      this.#conversation.user = verdict.user;
      this.#conversation.say(authenticated);
    };
    return { type: "auth", mechanism: this.#mechanism.name, attempt: outcome, answer };
  }

  #identify({ user, hash }: KeysWanted): IdentifyEvent {
    this.#identified = true;
    const proceed = (keys: ScramKeys) => {
      const step = this.#step(this.#server.next(keys));
      // What follows the keys is a challenge.
      this.#conversation.say(step instanceof Reply ? step : this.#failed(malformed));
    };
    return { type: "identify", mechanism: this.#mechanism.name, user, hash, proceed };
  }

  #judge({ proved, serverProof }: Proof): ProofEvent {
    this.#identified = false;
    const answer: ProofEvent["answer"] = (verdict) => {
      if (verdict instanceof Reply || !proved) {
        this.over = true;
        return this.#conversation.say(this.#failed(verdict instanceof Reply ? verdict : notProved));
      }
      this.#accepted = verdict.user;
      this.#conversation.say(challenge(serverProof));
    };
    return { type: "proof", proved, answer };
  }

  #authenticated(user: string): AuthenticatedEvent {
    this.over = true;
    this.#conversation.user = user;
    this.#conversation.say(authenticated);
    return { type: "authenticated", user, mechanism: this.#mechanism.name };
  }

  #refused(verdict: Reply): Reply {
    const refusal = this.#failed(verdict);
    if (this.#mechanism.refusal === undefined) return refusal;
    this.#refusal = refusal;
    this.over = false;
    return challenge(this.#mechanism.refusal);
  }

  #malformed(): AuthStep {
    return this.#end(this.#failed(malformed));
  }

  #failed(reply: Reply): Reply {
    const last = ++this.#conversation.failedAttempts >= this.#conversation.settings.maxAuthAttempts;
    return last ? tooManyAttempts : reply;
  }

  /** Ends the login. A host application that waits for the proof gets none. */
  #end(reply: Reply): Reply | ProofEvent {
    this.over = true;
    if (!this.#identified) return reply;
    this.#identified = false;
    return { type: "proof", proved: false, answer: () => this.#conversation.say(reply) };
  }
}

const authenticated = Reply.of(235, "2.7.0", "Authenticated");
const tooManyAttempts = beyond(
  "maxAuthAttempts",
  Reply.of(421, "4.7.0", "Too many failed attempts to authenticate"),
);
const malformed = Reply.of(501, "5.5.2", "Malformed response");
const notProved = Reply.of(535, "5.7.8", "Authentication failed");

function challenge(octets: Buffer): Reply {
  return Reply.of(334, undefined, octets.toString("base64"));
}

function decodeBase64(text: string): Buffer | undefined {
  const sound = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  return sound ? Buffer.from(text, "base64") : undefined;
}
