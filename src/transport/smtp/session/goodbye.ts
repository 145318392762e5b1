import type { Connection } from "../../../net/client/connection.ts";
import { quit } from "../../../protocol/dialogues/quit.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Phase } from "../../../protocol/phase.ts";

/** Sends QUIT and closes the connection. */
export async function leave(connection: Connection): Promise<void> {
  // Neither the reply to QUIT nor its absence changes anything.
  if (!connection.broken) await connection.play(quit()).catch(() => {});
  letGo(connection);
}

/** Closes the connection without QUIT, or without waiting for the reply to it. */
export function letGo(connection: Connection): void {
  connection.abort(closed);
}

function closed(phase: Phase): Failure {
  return new Failure({ kind: "closed", phase, message: "the connection has been closed" });
}
