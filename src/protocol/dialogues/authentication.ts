import { EnvoiError, reasonOf } from "../../errors.ts";
import { formatCommand } from "../command.ts";
import { type Dialogue, derive, read, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { Reply } from "../reply.ts";
import type { ClientHalf, Saying } from "../sasl/mechanism.ts";
import { deriveKey, type KeyDerivation } from "../sasl/scram-keys.ts";

/** The client's half of a SASL mechanism that has been given its secret. */
export interface AuthenticationAttempt {
  readonly mechanism: string;
  readonly responses: ClientHalf;
  /** Whether the server must prove itself too. Until the responses are complete, its 235 is not believed. */
  readonly mutual?: boolean;
  /** Whether the mechanism reads no challenge: then one that is not base64 is answered like any other. */
  readonly unread?: boolean | undefined;
  /** Derives the keys of the mechanism; by default they are derived each time. */
  readonly derive?: ((derivation: KeyDerivation) => Promise<Buffer>) | undefined;
}

/**
 * Plays one mechanism (RFC 4954 4) and returns the server's last reply: 235, or a refusal.
 *
 * A challenge for which the mechanism has no response is answered with an empty one, because XOAUTH2 reports its errors
 * as challenges. A challenge that is not base64 cancels the exchange, unless the mechanism reads none. An initial
 * response that makes the line longer than 512 octets waits until the server asks for it.
 *
 * @param said collects all responses, in base64: servers repeat in their replies what they do not understand.
 */
export function* authentication(attempt: AuthenticationAttempt, said: string[] = []): Dialogue<Reply> {
  const { mechanism, mutual = false, unread = false } = attempt;
  const half = new Responses(attempt, said);
  try {
    const initialResponse = yield* half.next();
    const line = formatCommand({ verb: "AUTH", mechanism, initialResponse });
    let waiting = line.length > LONGEST_LINE ? initialResponse : undefined;
    yield* write(waiting === undefined ? line : formatCommand({ verb: "AUTH", mechanism }), "auth");
    let reply = yield* read("auth");
    for (let round = 0; reply.code === 334; round++) {
      if (round === MAX_ROUNDS) throw endless(reply);
      const response = waiting ?? (yield* answer(half, reply, unread));
      waiting = undefined;
      yield* write(`${response}\r\n`, "auth");
      reply = yield* read("auth");
    }
    if (reply.code === 235 && mutual && !half.over) throw unproved();
    return reply;
  } finally {
    half.close();
  }
}

/** Octets of a command with its line end (RFC 4954 4, RFC 5321 4.5.3.1.4). Responses to challenges may be longer. */
const LONGEST_LINE = 512;
const MAX_ROUNDS = 10;

function* answer(half: Responses, { lines }: Reply, unread: boolean): Dialogue<string> {
  const text = lines.join("");
  const challenge = decodeBase64(text) ?? (unread ? Buffer.from(text) : undefined);
  if (challenge === undefined) return CANCEL;
  try {
    return (yield* half.next(challenge)) ?? "";
  } catch (error) {
    if (error instanceof Failure && error.kind !== "authentication") throw error;
    // The exchange ends in order, so that QUIT is not taken for a response.
    yield* write(`${CANCEL}\r\n`, "auth");
    yield* read("auth");
    throw error;
  }
}

const CANCEL = "*";

/** What a mechanism answers, in base64. */
class Responses {
  readonly #half: ClientHalf;
  readonly #derive: (derivation: KeyDerivation) => Promise<Buffer>;
  readonly #said: string[];
  /** Whether the mechanism expects nothing more and has nothing more to send. */
  over = false;

  constructor({ responses, derive = deriveKey }: AuthenticationAttempt, said: string[]) {
    this.#half = responses;
    this.#derive = derive;
    this.#said = said;
  }

  /** The next response, if there is one. */
  *next(challenge?: Buffer): Dialogue<string | undefined> {
    if (this.over) return undefined;
    let saying = yield* this.#resume(challenge);
    while (saying && "iterations" in saying) {
      const derivation = saying;
      saying = yield* this.#resume(yield* derive(() => this.#derive(derivation), "auth"));
    }
    if (saying === undefined || saying === null) return undefined;
    if (!(saying instanceof Uint8Array)) throw failed(new TypeError(notOctets));
    const response = Buffer.from(saying).toString("base64");
    this.#said.push(response);
    return response;
  }

  close(): void {
    // A mechanism that awaits something is stopped, and not waited for.
    (async () => this.#half.return())().catch(() => {});
  }

  *#resume(input: Buffer | undefined): Dialogue<Saying | undefined> {
    try {
      // A generator ignores the argument of its first next().
      const next = this.#half.next(input as Buffer);
      const { done, value } = "then" in next ? yield* derive(() => Promise.resolve(next), "auth") : next;
      this.over = done === true;
      return value ?? undefined;
    } catch (error) {
      throw failed(error);
    }
  }
}

const notOctets = "the mechanism yielded neither bytes nor null";

function decodeBase64(text: string): Buffer | undefined {
  const trimmed = text.trim();
  return /^[A-Za-z0-9+/]*={0,2}$/.test(trimmed) ? Buffer.from(trimmed, "base64") : undefined;
}

/** The mechanism cannot continue, or does not trust the server. */
function failed(cause: unknown): Failure {
  if (cause instanceof Failure) return cause;
  const message = reasonOf(cause);
  const { transient, permanent } = EnvoiError.is(cause) ? cause : { transient: false, permanent: false };
  return new Failure({ kind: "authentication", phase: "auth", message, transient, permanent, cause });
}

function unproved(): Failure {
  const message = "the server says that the login is good, but has not proved that it knows the password";
  return new Failure({ kind: "authentication", phase: "auth", message, transient: false, permanent: true });
}

function endless(reply: Reply): Failure {
  const message = `protocol error: the server challenged more than ${MAX_ROUNDS} times`;
  return new Failure({ kind: "protocol", phase: "auth", message, reply, transient: false, permanent: false });
}
