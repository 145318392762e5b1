import { command, type Dialogue } from "../dialogue.ts";
import type { Reply } from "../reply.ts";

/** Asks for TLS (RFC 3207 4). The handshake follows a 220. */
export function startTls(): Dialogue<Reply> {
  return command({ verb: "STARTTLS" }, "starttls");
}
