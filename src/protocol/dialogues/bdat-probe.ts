import type { Address } from "../../address/address.ts";
import { formatCommand } from "../command.ts";
import { type Dialogue, read, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { Reply } from "../reply.ts";
import { cleared } from "./transaction.ts";

/**
 * Probes whether the server discards the octets of a chunk that it refuses; returns its reply to RSET if it does. A
 * server that does not would take the content of a refused mail for commands, so a window would put it at the mercy of
 * the author of that content.
 *
 * The probe is a chunk without a recipient, in a transaction of `from`. It must be refused, and its octets must not be
 * answered.
 *
 * @param lead whether RSET goes first, because the server may have closed the connection.
 * @throws Failure if the replies do not match the commands: the connection cannot be used any more.
 */
export function* discards(from: Address | null, lead = false): Dialogue<Reply | undefined> {
  const parameters = from?.international ? { SMTPUTF8: true as const } : {};
  const mail = formatCommand({ verb: "MAIL", from, parameters });
  const bdat = formatCommand({ verb: "BDAT", size: REFUSED.length, last: true });
  const end = formatCommand({ verb: "RSET" });
  const first = lead ? end : "";
  yield* write(`${first}${mail}${bdat}${REFUSED}${end}`, "mail", `${first}${mail}${bdat}${end}`);
  if (lead) cleared(yield* read("reset"));
  const begun = yield* read("mail");
  const chunk = yield* read("final");
  const reset = yield* read("reset");
  if (reset.code !== 250) {
    const message = "the server does not discard the octets of a chunk that it refuses";
    throw new Failure({ kind: "protocol", phase: "reset", message, transient: false, permanent: false });
  }
  const refused = chunk.permanent && !UNKNOWN.has(chunk.code);
  return begun.code === 250 && refused ? reset : undefined;
}

/** Replies to an unknown command: there is no BDAT, whatever the reply to EHLO says. */
const UNKNOWN: ReadonlySet<number> = new Set([500, 502]);

/** A command that no server knows. */
const REFUSED = "XXXX\r\n";
