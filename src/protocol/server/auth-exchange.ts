import { Reply } from "../reply.ts";
import type { AuthAttempt } from "../sasl/attempt.ts";
import type { ServerMechanism } from "../sasl/mechanisms.ts";
import type { Conversation } from "./conversation.ts";
import type { AuthEvent } from "./event.ts";

/** What an exchange comes to: something to say, or an attempt to be judged. */
export type AuthStep = Reply | AuthEvent;

/** The exchange of one AUTH command (RFC 4954 4): lines that are not commands until it is over. */
export class AuthExchange {
  readonly #conversation: Conversation;
  readonly #mechanism: ServerMechanism;
  readonly #server: Generator<Buffer, AuthAttempt | undefined, Buffer>;
  #refusal: Reply | undefined;
  /** Whether the next line is a command again. */
  over = false;

  constructor(conversation: Conversation, mechanism: ServerMechanism) {
    this.#conversation = conversation;
    this.#mechanism = mechanism;
    this.#server = mechanism.server();
  }

  /** The first step; `initialResponse` in base64. */
  start(initialResponse: string | undefined): AuthStep {
    const first = this.#server.next();
    if (initialResponse !== undefined) return this.respond(initialResponse);
    return first.done === true ? this.#malformed() : challenge(first.value);
  }

  /** The step that follows a line of the client. */
  respond(line: string): AuthStep {
    if (this.#refusal !== undefined) return this.#end(this.#refusal);
    if (line === "*") return this.#end(Reply.of(501, "5.7.0", "Authentication cancelled"));
    const response = decodeBase64(line);
    if (response === undefined) return this.#malformed();
    const next = this.#server.next(response);
    if (next.done !== true) return challenge(next.value);
    if (next.value === undefined) return this.#malformed();
    this.over = true;
    const answer: AuthEvent["answer"] = (verdict) => this.#conversation.say(this.#judged(verdict));
    return { type: "auth", mechanism: this.#mechanism.name, attempt: next.value, answer };
  }

  #judged(verdict: Parameters<AuthEvent["answer"]>[0]): Reply {
    if (!(verdict instanceof Reply)) {
      this.#conversation.user = verdict.user;
      return Reply.of(235, "2.7.0", "Authenticated");
    }
    const refusal = this.#failed(verdict);
    if (this.#mechanism.refusal === undefined) return refusal;
    this.#refusal = refusal;
    this.over = false;
    return challenge(this.#mechanism.refusal);
  }

  #malformed(): Reply {
    return this.#end(this.#failed(Reply.of(501, "5.5.2", "Malformed response")));
  }

  #failed(reply: Reply): Reply {
    const last = ++this.#conversation.failedAttempts >= this.#conversation.settings.maxAuthAttempts;
    return last ? Reply.of(421, "4.7.0", "Too many failed attempts to authenticate") : reply;
  }

  #end(reply: Reply): Reply {
    this.over = true;
    return reply;
  }
}

function challenge(octets: Buffer): Reply {
  return Reply.of(334, undefined, octets.toString("base64"));
}

function decodeBase64(text: string): Buffer | undefined {
  const sound = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text);
  return sound ? Buffer.from(text, "base64") : undefined;
}
