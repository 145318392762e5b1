import type { Fault } from "../../testing/faults/definition/fault.ts";
import type { StandingFault } from "../../testing/faults/selection/fault-book.ts";
import type { TestServer } from "../../testing/test-server.ts";
import { describedFault, faultOf } from "./fault-json.ts";
import { asLabError, LabError, shownValue } from "./lab-error.ts";

/** A fault of the server. */
export interface ListedFault {
  readonly id: string;
  /** Its plain data. */
  readonly fault: unknown;
  /** Whether it strikes. */
  readonly on: boolean;
  /** How often it has struck. */
  readonly hits: number;
}

type FaultyServer = Pick<TestServer, "fail" | "faults">;

/** The faults of a server, whoever has added them: each can be switched off and on again. */
export class FaultList {
  readonly #server: FaultyServer;
  readonly #entries = new Map<string, Entry>();
  #count = 0;

  constructor(server: FaultyServer) {
    this.#server = server;
  }

  /** All faults, in the order in which they were added. */
  get all(): readonly ListedFault[] {
    this.#meetOthers();
    return [...this.#entries.values()].map((entry) => entry.listed(this.#server));
  }

  /**
   * Adds a fault, and switches it on.
   *
   * @param given the plain data of a fault; a regular expression is written `"/.../i"`
   * @throws LabError for a fault that is not valid, or if there are too many.
   */
  async add(given: unknown): Promise<ListedFault> {
    if (this.#entries.size >= MOST_FAULTS)
      throw new LabError(
        { field: "fault", expected: `at most ${MOST_FAULTS} faults`, got: "one more", remedy: "Delete some" },
        409,
      );
    const entry = this.#enter(faultOf(given));
    try {
      await entry.switchOn(this.#server);
    } catch (error) {
      this.#entries.delete(entry.id);
      throw asLabError(error);
    }
    return entry.listed(this.#server);
  }

  /** Adds several faults, or none if one is not valid. @throws LabError like {@link add} */
  async addAll(given: readonly unknown[]): Promise<readonly ListedFault[]> {
    const added: ListedFault[] = [];
    try {
      for (const each of given) added.push(await this.add(each));
    } catch (error) {
      for (const { id } of added) await this.delete(id);
      throw error;
    }
    return added;
  }

  /** The fault with this id. @throws LabError with status 404. */
  find(id: string): ListedFault {
    return this.#entry(id).listed(this.#server);
  }

  /** Switches a fault on or off. Its hits are counted on. @throws LabError with status 404. */
  async set(id: string, on: boolean): Promise<ListedFault> {
    const entry = this.#entry(id);
    if (on) await entry.switchOn(this.#server);
    else await entry.switchOff(this.#server);
    return entry.listed(this.#server);
  }

  /** Switches a fault off, and forgets it. @throws LabError with status 404. */
  async delete(id: string): Promise<void> {
    const entry = this.#entry(id);
    this.#entries.delete(id);
    await entry.switchOff(this.#server);
  }

  /** Switches all faults off, and forgets them. */
  async clear(): Promise<void> {
    for (const { id } of this.all) await this.delete(id);
  }

  #entry(id: string): Entry {
    this.#meetOthers();
    const entry = this.#entries.get(id);
    if (entry === undefined)
      throw new LabError({ field: "id", expected: "the id of a fault", got: shownValue(id) }, 404);
    return entry;
  }

  /** Gives ids to the faults that were added without this list: by a program, or a flag of the command. */
  #meetOthers(): void {
    const known = new Set([...this.#entries.values()].map(({ fault }) => fault));
    for (const { fault } of this.#server.faults) if (!known.has(fault)) this.#enter(fault);
  }

  #enter(fault: Fault): Entry {
    const entry = new Entry(String(++this.#count), fault);
    this.#entries.set(entry.id, entry);
    return entry;
  }
}

class Entry {
  readonly id: string;
  readonly fault: Fault;
  /** The hits before it was switched off. */
  #hits = 0;

  constructor(id: string, fault: Fault) {
    this.id = id;
    this.fault = fault;
  }

  listed(server: FaultyServer): ListedFault {
    const standing = this.#standing(server);
    return {
      id: this.id,
      fault: describedFault(this.fault),
      on: standing !== undefined,
      hits: this.#hits + (standing?.hits ?? 0),
    };
  }

  async switchOn(server: FaultyServer): Promise<void> {
    if (this.#standing(server) === undefined) await server.fail(this.fault).ready;
  }

  async switchOff(server: FaultyServer): Promise<void> {
    const standing = this.#standing(server);
    this.#hits += standing?.hits ?? 0;
    await standing?.lift();
  }

  #standing(server: FaultyServer): StandingFault | undefined {
    return server.faults.find(({ fault }) => fault === this.fault);
  }
}

const MOST_FAULTS = 1000;
