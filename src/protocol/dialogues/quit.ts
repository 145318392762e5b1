import { command, type Dialogue } from "../dialogue.ts";

/** Sends QUIT. The reply changes nothing. */
export function* quit(): Dialogue<void> {
  yield* command({ verb: "QUIT" }, "quit");
}
