import type { Address } from "../../address/address.ts";
import { formatCommand } from "../command.ts";
import { type Dialogue, read, write } from "../dialogue.ts";
import { Failure } from "../failure.ts";
import type { Reply } from "../reply.ts";
import { cleared } from "./transaction.ts";

/**
 * What a server says to RSET that is seen to discard the octets of a chunk that it refuses; nothing, where it is not.
 * One that does not would take the content of a refused mail for commands, so a window would put it at the mercy of
 * whoever wrote the content.
 *
 * A chunk without a recipient, in a transaction of `from`, must be refused, and nothing be answered to its octets.
 *
 * @param lead RSET goes in front: nobody knows whether the server is still there.
 * @throws Failure where the replies do not match the commands: the connection is of no use any more.
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

/** Said of a command that is not known: there is no BDAT, whatever EHLO has said. */
const UNKNOWN: ReadonlySet<number> = new Set([500, 502]);

/** No command of any server. */
const REFUSED = "XXXX\r\n";
