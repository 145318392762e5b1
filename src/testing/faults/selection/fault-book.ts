import { isLike } from "../../messages/captured-message.ts";
import type { Fault, FaultCondition, FaultMoment, FaultPoint } from "../definition/fault.ts";
import { type ResolvedFault, resolveFault } from "../definition/resolved-fault.ts";

/** The handle of faults that were added to a TestServer. */
export interface FaultHandle extends Disposable {
  /** How often the faults have struck. */
  readonly hits: number;
  /**
   * Resolves when the fault is in force, or lifted. Only faults at `"listen"` take a while. Rejects if another process
   * has taken the port in the meantime.
   */
  readonly ready: Promise<void>;
  /** Ends the faults. */
  lift(): void;
}

/** A fault that is in force. */
export interface StandingFault {
  /** The fault, as it was given: the same object. */
  readonly fault: Fault;
  /** How often it has struck. */
  readonly hits: number;
  /** Ends it, alone. Resolves when it is lifted. */
  lift(): Promise<void>;
}

/** A fault that was picked, but may not strike in the end. */
export interface ReservedFault {
  readonly fault: ResolvedFault;
  /** Says whether it has struck; only the first call counts. */
  finish(struck: boolean): void;
}

/** A point at which a fault may strike, with the scopes of its counts. */
export interface FaultContext extends FaultMoment {
  /** Identifies the connection. */
  readonly connectionScope: object;
  /** Identifies the transaction. */
  readonly transactionScope: object;
  /** The recipient of the current RCPT. */
  readonly recipient: string | undefined;
  readonly sender: string | undefined;
}

/** The faults of a TestServer: the first that applies strikes. */
export class FaultBook {
  readonly #changed: () => Promise<void>;
  #entries: Entry[] = [];

  /** `changed` is called after faults were added or lifted, and resolves when the change is in force. */
  constructor(changed: () => Promise<void> = async () => {}) {
    this.#changed = changed;
  }

  /** @throws EnvoiError of kind `"configuration"` for a fault that is not valid. */
  add(faults: readonly Fault[]): FaultHandle {
    const added = faults.map((fault) => new Entry(resolveFault(fault), fault));
    this.#entries.push(...added);
    let ready = this.#changed();
    const lift = (): void => {
      this.#entries = this.#entries.filter((entry) => !added.includes(entry));
      ready = this.#changed();
    };
    return {
      get hits() {
        return added.reduce((sum, { hits }) => sum + hits, 0);
      },
      get ready() {
        return ready;
      },
      lift,
      [Symbol.dispose]: lift,
    };
  }

  /** The faults that are not lifted, in the order in which they were added. */
  get all(): readonly StandingFault[] {
    return this.#entries.map((entry) => ({
      fault: entry.given,
      hits: entry.hits,
      lift: () => {
        this.#entries = this.#entries.filter((each) => each !== entry);
        return this.#changed();
      },
    }));
  }

  /** Whether there are no faults, so that nothing need be known about the points that are passed. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** The faults that are not lifted, at one point. */
  standing(at: FaultPoint): readonly ResolvedFault[] {
    return this.#entries.filter(({ fault }) => fault.at === at).map(({ fault }) => fault);
  }

  /** Lifts all faults. */
  clear(): void {
    this.#entries = [];
    void this.#changed();
  }

  /** The fault that strikes now. All faults at the point count the context, also those after the one that strikes. */
  pick(context: FaultContext): ResolvedFault | undefined {
    return this.#pick(context, (entry) => entry.hits++);
  }

  /** The fault that may strike later; {@link ReservedFault.finish} says whether it did. */
  reserve(context: FaultContext): ReservedFault | undefined {
    let entry: Entry | undefined;
    const fault = this.#pick(context, (picked) => {
      entry = picked;
      picked.reserved++;
    });
    if (fault === undefined) return undefined;
    return {
      fault,
      finish: (struck) => {
        if (entry !== undefined) {
          entry.reserved--;
          if (struck) entry.hits++;
        }
        entry = undefined;
      },
    };
  }

  #pick(context: FaultContext, use: (entry: Entry) => void): ResolvedFault | undefined {
    let picked: ResolvedFault | undefined;
    for (const entry of this.#entries) {
      if (entry.fault.at !== context.at || !entry.counts(context)) continue;
      if (picked !== undefined || !entry.isDue(context)) continue;
      picked = entry.fault;
      use(entry);
    }
    return picked;
  }
}

class Entry {
  readonly fault: ResolvedFault;
  readonly given: Fault;
  hits = 0;
  /** How many reservations have not finished: they count as strikes until then. */
  reserved = 0;
  readonly #server = {};
  readonly #counts = new WeakMap<object, number>();
  readonly #draws = new WeakMap<object, number>();
  readonly #greylist = new Map<string, { attempts: number; readonly since: number }>();
  #due = false;

  constructor(fault: ResolvedFault, given: Fault) {
    this.fault = fault;
    this.given = given;
  }

  /** Counts the context if the fault applies to it. Returns whether it does. */
  counts(context: FaultContext): boolean {
    const { when } = this.fault;
    if (!holds(when, context)) return false;
    const scope = {
      server: this.#server,
      connection: context.connectionScope,
      transaction: context.transactionScope,
    };
    const count = advance(this.#counts, scope[when.per ?? "server"]);
    const draw = advance(this.#draws, context.connectionScope);
    this.#due =
      (when.nth === undefined || count === when.nth) &&
      (when.after === undefined || count > when.after) &&
      (when.chance === undefined || random(when.seed ?? 1, context.connection, draw) < when.chance);
    return true;
  }

  /** Whether it strikes at the context that was counted last. */
  isDue(context: FaultContext): boolean {
    return this.#due && this.hits + this.reserved < this.fault.times && this.#isGrey(context);
  }

  #isGrey({ session, sender, recipient }: FaultContext): boolean {
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

/** How many triplets are remembered. */
const GREYLIST_SIZE = 10_000;

function holds(when: FaultCondition, context: FaultContext): boolean {
  const { connection, session, recipient, sender, envelope } = context;
  if (when.connection !== undefined && when.connection !== connection) return false;
  if (when.secure !== undefined && when.secure !== (session.tls !== undefined)) return false;
  if (when.authenticated !== undefined && when.authenticated !== (session.authenticated !== undefined))
    return false;
  if (when.sender !== undefined && !isLike(sender ?? "", when.sender)) return false;
  if (when.recipient !== undefined) {
    const pattern = when.recipient;
    const named =
      recipient === undefined ? envelope.to.map(({ address }) => address.toString()) : [recipient];
    if (!named.some((each) => isLike(each, pattern))) return false;
  }
  if (when.test === undefined) return true;
  const { at, line } = context;
  return when.test({ at, connection, session, line, envelope });
}

function advance(counts: WeakMap<object, number>, scope: object): number {
  const count = (counts.get(scope) ?? 0) + 1;
  counts.set(scope, count);
  return count;
}

/** A number from 0 to 1 that depends only on its arguments, so results are the same if connections run in parallel. */
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
