import type { Connection } from "../../../net/client/connection.ts";
import { Failure } from "../../../protocol/failure.ts";
import { isVerdict, type Verdicts } from "../lasting-failures.ts";
import type { Opening } from "../session/session-opening.ts";

/**
 * Lets one connection at a time log in until a login has succeeded. So a wrong secret is sent once, not once for each
 * connection: after the refusal the waiting connections fail with the same verdict.
 */
export class LoginTurns {
  readonly verdicts: Verdicts;
  /** Whether a login has succeeded, and none was refused for good since. */
  #open = false;
  /** Resolves when the last waiting opening has passed. */
  #last: Promise<void> = Promise.resolve();

  constructor(verdicts: Verdicts) {
    this.verdicts = verdicts;
  }

  /** Logs in when it is the turn of this opening. */
  async pass(opening: Opening, connection: Connection, login: () => Promise<void>): Promise<void> {
    if (this.#open) return await this.#logIn(opening, connection, login);
    const before = this.#last;
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // An opening that stops waiting does not let others pass before those in front of it.
    this.#last = before.then(() => left);
    try {
      await opening.cancellation.aborting("auth", () => before);
      if (this.#open) leave();
      await this.#logIn(opening, connection, login);
    } finally {
      leave();
    }
  }

  async #logIn(opening: Opening, connection: Connection, login: () => Promise<void>): Promise<void> {
    try {
      await login();
      this.#open = true;
    } catch (error) {
      if (error instanceof Failure && isVerdict(error)) {
        // No session is possible without a login, so the verdict concerns all openings.
        if (!this.#open) this.verdicts.pronounce(error.on(connection), opening.secrets);
        this.#open = false;
      }
      throw error;
    }
  }
}
