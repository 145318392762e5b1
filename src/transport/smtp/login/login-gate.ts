import type { Connection } from "../../../net/client/connection.ts";
import { Failure } from "../../../protocol/failure.ts";
import { isVerdict, type Verdicts } from "../lasting-failures.ts";
import type { Opening } from "../session/session-opening.ts";

/**
 * Lets one connection log in at a time until one login has succeeded. A wrong secret is thus said once, not once for
 * each connection; when it has been refused, those that wait have the same verdict without a word.
 */
export class LoginGate {
  readonly verdicts: Verdicts;
  /** A login has succeeded, and none has been refused for good since. */
  #open = false;
  /** Resolves when the last that waits here has passed. */
  #last: Promise<void> = Promise.resolve();

  constructor(verdicts: Verdicts) {
    this.verdicts = verdicts;
  }

  /** Logs in, when it is the turn of this opening. */
  async pass(opening: Opening, connection: Connection, login: () => Promise<void>): Promise<void> {
    if (this.#open) return await this.#logIn(opening, connection, login);
    const before = this.#last;
    let leave = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // Who does not wait any longer lets nobody pass before those in front have.
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
        // Without a login nobody has a session: the verdict is about all.
        if (!this.#open) this.verdicts.pronounce(error.on(connection), opening.secrets);
        this.#open = false;
      }
      throw error;
    }
  }
}
