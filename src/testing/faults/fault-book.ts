import { isLike } from "../captured-message.ts";
import type { Fault, FaultCondition, FaultMoment } from "./fault.ts";
import { type SettledFault, settleFault } from "./settled-fault.ts";

/** A fault that a TestServer has been told of. */
export interface FaultHandle extends Disposable {
  /** How often it has struck. */
  readonly hits: number;
  /** Ends it. */
  lift(): void;
}

/** A moment, and where counts belong that it may advance. */
export interface FaultOccasion extends FaultMoment {
  /** Stands for the connection. */
  readonly connectionScope: object;
  /** Stands for the transaction. */
  readonly transactionScope: object;
  /** The recipient that is being named. */
  readonly recipient: string | undefined;
  readonly sender: string | undefined;
}

/** The faults of a TestServer: the first that holds strikes. */
export class FaultBook {
  #entries: Entry[] = [];

  /** @throws EnvoiError of kind `"configuration"` for a fault that makes no sense. */
  add(faults: readonly Fault[]): FaultHandle {
    const added = faults.map((fault) => new Entry(settleFault(fault)));
    this.#entries.push(...added);
    const lift = (): void => {
      this.#entries = this.#entries.filter((entry) => !added.includes(entry));
    };
    return {
      get hits() {
        return added.reduce((sum, { hits }) => sum + hits, 0);
      },
      lift,
      [Symbol.dispose]: lift,
    };
  }

  /** Lifts all. */
  clear(): void {
    this.#entries = [];
  }

  /** The fault that strikes now. Every fault of the point counts the occasion, also behind the one that strikes. */
  pick(occasion: FaultOccasion): SettledFault | undefined {
    let picked: SettledFault | undefined;
    for (const entry of this.#entries) {
      if (entry.fault.at !== occasion.at || !entry.counts(occasion)) continue;
      if (picked === undefined && entry.strikes(occasion)) picked = entry.fault;
    }
    return picked;
  }
}

class Entry {
  readonly fault: SettledFault;
  hits = 0;
  readonly #server = {};
  readonly #counts = new WeakMap<object, number>();
  readonly #draws = new WeakMap<object, number>();
  readonly #greylist = new Map<string, { attempts: number; readonly since: number }>();
  #due = false;

  constructor(fault: SettledFault) {
    this.fault = fault;
  }

  /** Whether the occasion is one of those that are meant; counts it. */
  counts(occasion: FaultOccasion): boolean {
    const { when } = this.fault;
    if (!holds(when, occasion)) return false;
    const scope = {
      server: this.#server,
      connection: occasion.connectionScope,
      transaction: occasion.transactionScope,
    };
    const count = advance(this.#counts, scope[when.per ?? "server"]);
    const draw = advance(this.#draws, occasion.connectionScope);
    this.#due =
      (when.nth === undefined || count === when.nth) &&
      (when.after === undefined || count > when.after) &&
      (when.chance === undefined || random(when.seed ?? 1, occasion.connection, draw) < when.chance);
    return true;
  }

  /** Whether the occasion that was counted last is due; it is then used up. */
  strikes(occasion: FaultOccasion): boolean {
    if (!this.#due || this.hits >= this.fault.times || !this.#isGrey(occasion)) return false;
    this.hits++;
    return true;
  }

  #isGrey({ session, sender, recipient }: FaultOccasion): boolean {
    const { greylist } = this.fault;
    if (greylist === undefined) return true;
    const key = JSON.stringify([session.remoteAddress, sender, recipient]);
    const known = this.#greylist.get(key) ?? { attempts: 0, since: performance.now() };
    this.#greylist.set(key, known);
    if (this.#greylist.size > GREYLIST_SIZE) {
      const [oldest] = this.#greylist.keys();
      if (oldest !== undefined) this.#greylist.delete(oldest);
    }
    known.attempts++;
    return known.attempts <= greylist.attempts || performance.now() - known.since < greylist.ms;
  }
}

/** So many triplets are remembered. */
const GREYLIST_SIZE = 10_000;

function holds(when: FaultCondition, occasion: FaultOccasion): boolean {
  const { connection, session, recipient, sender, envelope } = occasion;
  if (when.connection !== undefined && when.connection !== connection) return false;
  if (when.secure !== undefined && when.secure !== (session.tls !== undefined)) return false;
  if (when.sender !== undefined && !isLike(sender ?? "", when.sender)) return false;
  if (when.recipient !== undefined) {
    const pattern = when.recipient;
    const named =
      recipient === undefined ? envelope.to.map(({ address }) => address.toString()) : [recipient];
    if (!named.some((each) => isLike(each, pattern))) return false;
  }
  if (when.test === undefined) return true;
  const { at, line } = occasion;
  return when.test({ at, connection, session, line, envelope });
}

function advance(counts: WeakMap<object, number>, scope: object): number {
  const count = (counts.get(scope) ?? 0) + 1;
  counts.set(scope, count);
  return count;
}

/** A number from 0 to 1 that depends on nothing else: however connections run side by side, each fares the same. */
function random(seed: number, connection: number, draw: number): number {
  let hash = 0x811c9dc5;
  for (const part of [seed, Math.floor(seed / 2 ** 32), connection, draw]) {
    hash = Math.imul(hash ^ (part >>> 0), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    hash ^= hash >>> 15;
  }
  return (hash >>> 0) / 2 ** 32;
}
