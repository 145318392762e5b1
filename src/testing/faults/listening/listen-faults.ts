import type { Listener } from "../../../net/server/listener.ts";
import type { ResolvedFault } from "../definition/resolved-fault.ts";
import { FullBacklog } from "./full-backlog.ts";

type State = "hearing" | "refusing" | "waiting";

/** Applies the faults at `"listen"`: whether clients can connect to the server. */
export class ListenFaults {
  readonly #listeners: readonly Listener[];
  #state: State = "hearing";
  #listening = true;
  #changing = false;
  #backlogs: readonly FullBacklog[] = [];
  /** Resolves when the listeners have the state that the faults require. */
  ready: Promise<void> = Promise.resolve();

  constructor(listeners: readonly Listener[]) {
    this.#listeners = listeners;
  }

  /** Applies the first of the faults; without faults, listens again. */
  apply([fault]: readonly ResolvedFault[]): void {
    const next: State = fault === undefined ? "hearing" : fault.stall ? "waiting" : "refusing";
    if (next === this.#state) return;
    // At once, so that no client gets through after this call.
    if (this.#state === "hearing" && !this.#changing) this.#leave();
    this.#state = next;
    this.ready = this.#changing ? this.ready.then(() => this.#become(next)) : this.#become(next);
    // The error reaches the one who waits for it; nobody must.
    this.ready.catch(() => {});
  }

  /** Ends all faults at `"listen"`. */
  async stop(): Promise<void> {
    await this.ready.catch(() => {});
    await this.#stopBacklogs();
  }

  async #become(state: State): Promise<void> {
    // After another change, this state may not be wanted any more.
    if (state !== this.#state) return;
    this.#changing = true;
    try {
      if (this.#backlogs.length > 0) await this.#stopBacklogs();
      if (state !== "hearing" && this.#listening) this.#leave();
      if (state === "hearing" && !this.#listening) await this.#take();
      if (state !== "waiting") return;
      this.#backlogs = this.#listeners.map((place) => new FullBacklog(place));
      await Promise.all(this.#backlogs.map(({ full }) => full));
    } finally {
      this.#changing = false;
    }
  }

  #leave(): void {
    this.#listening = false;
    for (const listener of this.#listeners) listener.leave();
  }

  async #take(): Promise<void> {
    this.#listening = true;
    await Promise.all(this.#listeners.map((listener) => listener.take()));
  }

  async #stopBacklogs(): Promise<void> {
    const backlogs = this.#backlogs;
    this.#backlogs = [];
    await Promise.all(backlogs.map((backlog) => backlog.stop()));
  }
}
