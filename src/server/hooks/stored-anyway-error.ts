import { EnvoiError, named } from "../../errors.ts";
import type { Reply } from "../../protocol/reply.ts";
import type { ReceivedEnvelope } from "../../protocol/server/envelope.ts";

/**
 * A message is stored though the client was told otherwise: the hook `data` took too long, the client got 451, and then
 * the hook succeeded. The hook `onError` gets it. The client will send the message again, so delete it, or deliver the
 * next one with the same Message-ID only once.
 *
 * @example
 * ```ts
 * const server = await SmtpServer.listen({
 *   domains: ["example.org"],
 *   timeouts: { hook: 30_000 },
 *   data: async ({ envelope, bytes }) => store(envelope, await bytes()),
 *   onError: ({ error, session }) => {
 *     if (error instanceof StoredAnywayError) console.warn(`${session.id}: may come twice: ${error.envelope.from}`);
 *   },
 * });
 * ```
 */
export class StoredAnywayError extends EnvoiError {
  /** The envelope of the message; not enumerable. */
  declare readonly envelope: ReceivedEnvelope;
  /** The reply that the client got. */
  declare readonly reply: Reply;

  static {
    named(StoredAnywayError, "StoredAnywayError");
  }

  /** Made by the server. */
  constructor(envelope: ReceivedEnvelope, reply: Reply) {
    super(`the message is stored though the client was told otherwise: ${reply}`, {
      kind: "timeout",
      delivery: "unknown",
      transient: false,
      permanent: false,
    });
    Object.defineProperty(this, "envelope", { value: envelope });
    Object.defineProperty(this, "reply", { value: reply });
  }
}
