import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach } from "node:test";
import type { RefusedEvent } from "envoi/server";

/** The refusals that the servers of a test file report, each test its own. */
export class RefusedClients {
  #refused: RefusedEvent[] = [];
  #next: () => void = () => {};

  /** Listens during each test of the file. */
  constructor() {
    const note = (event: unknown) => {
      this.#refused.push(event as RefusedEvent);
      this.#next();
    };
    beforeEach(() => {
      this.#refused = [];
      subscribe("envoi:server:refused", note);
    });
    afterEach(() => void unsubscribe("envoi:server:refused", note));
  }

  /** Those that nobody has asked for yet. */
  get left(): readonly RefusedEvent[] {
    return this.#refused;
  }

  /** The oldest one that nobody has asked for yet, as soon as it is there. */
  async next(): Promise<RefusedEvent> {
    for (;;) {
      const refused = this.#refused.shift();
      if (refused !== undefined) return refused;
      await new Promise<void>((resolve) => {
        this.#next = resolve;
      });
    }
  }
}
