import type { EnvoiError } from "../../../errors.ts";
import { SmtpError } from "../../../protocol/send-error.ts";

/** So many mails in a row that do not reach the relay. */
const ENOUGH = 50;

/**
 * Notices that the relay takes no mail at all: a login that fails, or a server that is down, would fail every row of a
 * million, one after the other.
 */
export class LostRelay {
  #row = 0;

  /** Whether the run should end, after the outcome of another mail. */
  isLost(error: EnvoiError | undefined): boolean {
    const opening =
      error instanceof SmtpError &&
      openings.has(error.phase) &&
      error.delivery === "not-sent" &&
      error.kind !== "aborted";
    this.#row = opening ? this.#row + 1 : 0;
    return this.#row >= ENOUGH || (opening && lasting.has(error.kind) && this.#row > 1);
  }
}

const openings = new Set<string>(["queue", "connect", "greeting", "hello", "starttls", "tls", "auth"]);

/** These fail for every mail. */
const lasting = new Set<string>(["authentication", "tls", "configuration"]);
