import type { Connection } from "../../../net/client/connection.ts";
import { quit } from "../../../protocol/dialogues/opening.ts";
import { Failure } from "../../../protocol/failure.ts";
import type { Phase } from "../../../protocol/phase.ts";

/** Says goodbye, and lets go of the connection. */
export async function leave(connection: Connection): Promise<void> {
  // Once the goodbye has been said, its reply changes nothing; nor does a server that does not answer it.
  if (!connection.broken) await connection.play(quit()).catch(() => {});
  letGo(connection);
}

/** Lets go of the connection without a word, or without waiting for the answer to the last. */
export function letGo(connection: Connection): void {
  connection.abort(closed);
}

function closed(phase: Phase): Failure {
  return new Failure({ kind: "closed", phase, message: "the connection has been closed" });
}
