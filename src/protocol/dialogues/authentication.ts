import { formatCommand } from "../command.ts";
import { type Dialogue, read, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { Reply } from "../reply.ts";

/** The client's half of a SASL mechanism that has been given its secret. */
export interface AuthenticationAttempt {
  readonly mechanism: string;
  readonly responses: Generator<Buffer | null, void, Buffer>;
}

/**
 * Plays one mechanism through (RFC 4954 4) and returns the server's last word: 235, or a refusal.
 *
 * A challenge that the mechanism has no response for is answered with an empty one (XOAUTH2 tells its errors so); one
 * that is not base64 cancels the exchange.
 */
export function* authentication({ mechanism, responses }: AuthenticationAttempt): Dialogue<Reply> {
  const first = responses.next();
  const initial = first.done === true || first.value === null ? undefined : first.value;
  const initialResponse = initial?.toString("base64");
  yield* write(formatCommand({ verb: "AUTH", mechanism, initialResponse }), "auth");
  let reply = yield* read("auth");
  for (let round = 0; reply.code === 334; round++) {
    if (round === MAX_ROUNDS) throw endless(reply);
    const challenge = decodeBase64(reply.lines.join(""));
    const response = challenge === undefined ? "*" : responseTo(challenge, responses);
    yield* write(`${response}\r\n`, "auth");
    reply = yield* read("auth");
  }
  return reply;
}

const MAX_ROUNDS = 10;

function responseTo(challenge: Buffer, responses: Generator<Buffer | null, void, Buffer>): string {
  const next = responses.next(challenge);
  return next.done === true || next.value === null ? "" : next.value.toString("base64");
}

function decodeBase64(text: string): Buffer | undefined {
  const trimmed = text.trim();
  return /^[A-Za-z0-9+/]*={0,2}$/.test(trimmed) ? Buffer.from(trimmed, "base64") : undefined;
}

function endless(reply: Reply): Failure {
  const message = `protocol error: the server challenged more than ${MAX_ROUNDS} times`;
  return new Failure({ kind: "protocol", phase: "auth", message, reply, transient: false, permanent: false });
}
