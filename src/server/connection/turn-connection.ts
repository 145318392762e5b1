import { setImmediate as turnOfLoop } from "node:timers/promises";
import type { ServerSocket } from "../../net/server/server-socket.ts";
import { Reply } from "../../protocol/reply.ts";
import { behindAtrn } from "../../protocol/server/commands/atrn.ts";
import type { AtrnEvent } from "../../protocol/server/event.ts";
import type { EventHandler } from "./event-handler.ts";

/** The connection on which a client has said ATRN. */
export interface TurnableConnection {
  readonly handler: EventHandler;
  readonly socket: ServerSocket;
  /** Writes a last reply, and reads nothing more. */
  end(reply: Reply): void;
  /** The roles are exchanged: writes what was answered. */
  turned(): void;
}

/**
 * Lets the client have its mail over this connection, if the host application has a function that sends it (RFC 2645).
 * Resolves to whether the conversation goes on.
 */
export async function turnConnection(
  { domains, answer }: AtrnEvent,
  { handler, socket, end, turned }: TurnableConnection,
): Promise<boolean> {
  const verdict = await handler.atrn(domains);
  // A whole turn of the event loop, from here to here, reads what came behind the command in other packets or records.
  await turnOfLoop();
  await turnOfLoop();
  if (verdict instanceof Reply) answer(verdict);
  else if (socket.pending) end(behindAtrn);
  else {
    answer(reversing);
    turned();
    await socket.giveAway((given) => handler.turned(verdict.turned, given), LINGER);
    return false;
  }
  return true;
}

const reversing = Reply.of(250, "2.0.0", "Now reversing the connection");

/** How long, in milliseconds, the client may take for the last of what was sent. */
const LINGER = 5000;
