import { setMaxListeners } from "node:events";
import { reasonOf } from "../errors.ts";
import { LONGEST_TIMER } from "../text/options/longest-timer.ts";
import { abortedBy, whenAborted } from "./abort-signal.ts";
import type { Answer, MxRecord, Query, RecordType, ResolveOptions } from "./resolver/answer.ts";
import { dnsName } from "./resolver/domain-name.ts";

/** The part of a Resolver that an inquiry needs. */
export interface Source {
  /** Answers one question. */
  resolve(name: string, type: RecordType, options?: ResolveOptions): Promise<Answer>;
}

/** How far an inquiry may go. */
export interface InquiryLimits {
  /** How many different questions may be asked. Default: 100. */
  readonly maxQueries?: number | undefined;
  /** After how many milliseconds all further answers are temporary failures. Default: 20,000 (RFC 7208 4.6.4). */
  readonly deadline?: number | undefined;
  /** Aborts everything: all who wait for an answer get an error of kind `"aborted"`. */
  readonly signal?: AbortSignal | undefined;
}

/** Why an answer is not known. */
export type Unknown = "dns" | "deadline" | "too-many-queries";

/** An answer with records of one kind. */
export type Finding<T> =
  | { readonly outcome: "found"; readonly records: readonly T[] }
  | { readonly outcome: "no-data" | "no-name" }
  | { readonly outcome: "temporary"; readonly code: Unknown; readonly reason: string };

/** What asks the questions of one check. */
export interface Questions {
  /** The questions so far, in the order of their answers. */
  readonly queries: readonly Query[];
  /** Asks for addresses, names or texts. @throws EnvoiError of kind `"aborted"`, and nothing else. */
  ask(name: string, type: Exclude<RecordType, "MX">): Promise<Finding<string>>;
  /** Asks for mail exchangers. @throws EnvoiError of kind `"aborted"`, and nothing else. */
  askMx(name: string): Promise<Finding<MxRecord>>;
}

/**
 * The DNS questions that the verification of one mail asks: counted, limited in number and in time, and reported. A
 * question that was asked before is not asked again.
 *
 * `close` must be called in the end.
 */
export class Inquiry implements Questions {
  readonly #source: Source;
  readonly #maxQueries: number;
  readonly #asked: Map<string, Promise<Finding<string | MxRecord>>> = new Map();
  readonly #queries: Query[] = [];
  readonly #signal: AbortSignal | undefined;
  readonly #deadline: number;
  #phase: Phase;
  #forget: () => void = () => {};
  #closed = false;

  /** Starts the clock. */
  constructor(source: Source, { maxQueries = 100, deadline = 20_000, signal }: InquiryLimits = {}) {
    this.#source = source;
    this.#maxQueries = maxQueries;
    this.#deadline = deadline;
    this.#signal = signal;
    this.#phase = new Phase(deadline);
    if (signal?.aborted) this.#aborted();
    else if (signal !== undefined) this.#forget = whenAborted(signal, this.#aborted);
  }

  /** The questions so far, in the order of their answers. */
  get queries(): readonly Query[] {
    return this.#queries;
  }

  /** Asks for addresses, names or texts. @throws EnvoiError of kind `"aborted"`, and nothing else. */
  ask(name: string, type: Exclude<RecordType, "MX">): Promise<Finding<string>> {
    return this.#find(name, type) as Promise<Finding<string>>;
  }

  /** Asks for mail exchangers. @throws EnvoiError of kind `"aborted"`, and nothing else. */
  askMx(name: string): Promise<Finding<MxRecord>> {
    return this.#find(name, "MX") as Promise<Finding<MxRecord>>;
  }

  /** The same, of which `queries` has only the questions that were asked through it: other checks run meanwhile. */
  part(): Questions {
    const asked = new Set<string>();
    const note = (name: string, type: RecordType): string => {
      asked.add(`${type} ${dnsName(name)}`);
      return name;
    };
    const queries = (): readonly Query[] =>
      this.#queries.filter(({ name, type }) => asked.has(`${type} ${name}`));
    return {
      get queries() {
        return queries();
      },
      ask: (name, type) => this.ask(note(name, type), type),
      askMx: (name) => this.askMx(note(name, "MX")),
    };
  }

  /** Begins the time until the deadline again: a message may take long to arrive. */
  renew(): void {
    if (this.#closed || this.#phase.ended === "aborted") return;
    if (this.#phase.ended === undefined) this.#phase.restart();
    else this.#phase = new Phase(this.#deadline);
  }

  /** Ends the timer and whatever is still being asked. Later questions get temporary failures. */
  close(): void {
    this.#closed = true;
    this.#forget();
    this.#phase.end("deadline");
  }

  readonly #aborted = (): void => this.#phase.end("aborted");

  async #find(text: string, type: RecordType): Promise<Finding<string | MxRecord>> {
    const name = dnsName(text);
    // What DNS cannot have does not exist, and is not asked; nor is a name beyond ASCII, which nobody can mean.
    if (name === undefined || /[^\0-\x7f]/.test(name)) return { outcome: "no-name" };
    const key = `${type} ${name}`;
    let finding = this.#asked.get(key);
    if (finding === undefined) {
      finding = this.#question(name, type);
      this.#asked.set(key, finding);
      // A question may be asked ahead, and nobody wait for it when everything is aborted.
      finding.catch(() => {});
    }
    return finding;
  }

  async #question(name: string, type: RecordType): Promise<Finding<string | MxRecord>> {
    if (this.#asked.size >= this.#maxQueries) {
      const reason = `more than ${this.#maxQueries} DNS questions would be needed for this mail`;
      return { outcome: "temporary", code: "too-many-queries", reason };
    }
    const phase = this.#phase;
    if (phase.ended === undefined) {
      const finding = await phase.race(this.#answer(name, type, phase.signal));
      if (finding !== undefined) {
        const { outcome } = finding;
        this.#queries.push({
          name,
          type,
          outcome,
          ...(outcome === "temporary" && { reason: finding.reason }),
        });
        return finding;
      }
    }
    if (phase.ended === "aborted") throw abortedBy(this.#signal);
    const reason = `no answer to ${type} ${name} within the deadline of ${this.#deadline} ms`;
    this.#queries.push({ name, type, outcome: "temporary", reason });
    return { outcome: "temporary", code: "deadline", reason };
  }

  /** A resolver may be anybody's code: whatever it does becomes an answer. */
  async #answer(name: string, type: RecordType, signal: AbortSignal): Promise<Finding<string | MxRecord>> {
    try {
      return checked(await this.#source.resolve(name, type, { signal }), type);
    } catch (thrown) {
      return unanswered(`the resolver failed: ${reasonOf(thrown)}`);
    }
  }
}

/** The time until a deadline, or until all is aborted. */
class Phase {
  ended: "deadline" | "aborted" | undefined;
  readonly #controller: AbortController = new AbortController();
  readonly #timer: NodeJS.Timeout;
  /** What waits for an answer. */
  readonly #waiting: Set<(end: undefined) => void> = new Set();

  constructor(deadline: number) {
    // Each of many questions listens to it.
    setMaxListeners(0, this.#controller.signal);
    this.#timer = setTimeout(() => this.end("deadline"), Math.min(deadline, LONGEST_TIMER));
  }

  /** Is aborted at the end, if something is still being asked. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Moves the deadline away from now. */
  restart(): void {
    this.#timer.refresh();
  }

  /** The answer, or `undefined` at the end. */
  race<T>(answer: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      void answer.then((value) => {
        this.#waiting.delete(resolve);
        resolve(value);
      });
    });
  }

  end(how: "deadline" | "aborted"): void {
    if (this.ended !== undefined) return;
    clearTimeout(this.#timer);
    this.ended = how;
    if (this.#waiting.size === 0) return;
    for (const resolve of this.#waiting) resolve(undefined);
    this.#controller.abort();
  }
}

/** @throws whatever an answer throws that is not of its type. */
function checked(answer: Answer, type: RecordType): Finding<string | MxRecord> {
  switch (answer.outcome) {
    case "found":
      return checkedRecords(answer.records, type);
    case "no-data":
    case "no-name":
      return { outcome: answer.outcome };
    case "temporary":
      return unanswered(typeof answer.reason === "string" ? answer.reason : "the resolver did not say why");
    default:
      return unanswered("the resolver gave an answer of an unknown kind");
  }
}

/** No message of DNS has more octets than this (RFC 1035 4.2.2), so no answer takes long to read. */
const mostOctets = 65_535;

function checkedRecords(given: readonly (string | MxRecord)[], type: RecordType): Finding<string | MxRecord> {
  if (!Array.isArray(given) || given.length > mostOctets || !given.every(type === "MX" ? isMx : isString))
    return unanswered("the resolver gave records of another type");
  if (given.length === 0) return { outcome: "no-data" };
  const octets = given.reduce((sum, record) => sum + (isString(record) ? record : record.exchange).length, 0);
  if (octets > mostOctets) return unanswered("the resolver gave more than a message of DNS can have");
  return { outcome: "found", records: given };
}

function unanswered(reason: string): Finding<never> {
  return { outcome: "temporary", code: "dns", reason };
}

function isString(record: unknown): record is string {
  return typeof record === "string";
}

function isMx(record: unknown): boolean {
  const { priority, exchange } = Object(record) as Partial<MxRecord>;
  return typeof priority === "number" && typeof exchange === "string";
}
