import { Resolver as NodeResolver } from "node:dns/promises";
import { isALabel } from "../../address/idna.ts";
import { listOf, milliseconds, text, wholeNumber } from "../../text/options/option-kinds.ts";
import { type OptionReader, readOptions, refuseOption } from "../../text/options/option-reader.ts";
import type { Answer, EmptyAnswer, MxRecord, RecordType, ResolveOptions, TemporaryAnswer } from "./answer.ts";
import { AnswerCache, type CacheOptions } from "./answer-cache.ts";
import { dnsName } from "./domain-name.ts";
import { Flight } from "./flight.ts";

/** How the DNS of the system is asked. */
export interface SystemResolverOptions {
  /** The DNS servers, as IP addresses with or without a port. Default: those of the system. */
  readonly servers?: readonly string[] | undefined;
  /** After how many milliseconds a question has failed. Default: 5,000. */
  readonly timeout?: number | undefined;
  /** How many answers are kept and for how long, or `false` to keep none. */
  readonly cache?: false | CacheOptions | undefined;
}

/**
 * The DNS of the system, by node:dns.
 *
 * - A question that is being asked is not asked again: all who ask wait for the same answer, and leave when their
 *   signal aborts. It is given up when nobody waits any more.
 * - node:dns cannot ask for every name: those with other characters than letters, digits, `-`, `_`, `*` and `/`, and
 *   those with a label that begins with `xn--` and is no A-label. They are answered with a temporary failure that says
 *   so, and never with the answer for another name.
 * - It does not say how long TXT, MX, PTR and CNAME records may be kept, nor whether DNSSEC proved them.
 * - For an alias (CNAME) of a name that does not exist the answer is `"no-name"`, like the server's. Ask for the CNAME
 *   record to see whether the name itself exists.
 *
 * @example
 * ```ts
 * const resolver = Resolver.system({ servers: ["192.0.2.53"], timeout: 2_000 });
 * const answer = await resolver.resolve("example.org", "TXT");
 * if (answer.outcome === "temporary") console.warn(answer.reason);
 * ```
 */
export class SystemResolver {
  readonly #channel: NodeResolver;
  readonly #timeout: number;
  readonly #cache: AnswerCache | undefined;
  readonly #flights: Map<string, Flight> = new Map();
  #waiting = 0;

  /** @throws EnvoiError of kind `"configuration"` if an option is not valid. */
  constructor(options: SystemResolverOptions = {}) {
    const { servers, timeout = 5_000, cache = {} } = readOptions(options, readers);
    this.#timeout = timeout;
    this.#cache = cache === false ? undefined : new AnswerCache(cache);
    // Three tries within the time. Its own time it overruns, so there is a timer for each question.
    this.#channel = new NodeResolver({ timeout: Math.max(1, Math.floor(timeout / 3)), tries: 3 });
    if (servers === undefined) return;
    try {
      this.#channel.setServers(servers);
    } catch (error) {
      throw refuseOption("servers", "expected IP addresses, with or without a port", undefined, error);
    }
  }

  /** Answers one question. @throws the reason of `signal`, if it aborts. */
  async resolve(name: string, type: RecordType, { signal }: ResolveOptions = {}): Promise<Answer> {
    signal?.throwIfAborted();
    const asked = dnsName(name);
    if (asked === undefined) return { outcome: "no-name" };
    const problem = unaskable(asked);
    if (problem !== undefined) return { outcome: "temporary", reason: problem };
    const key = `${type} ${asked}`;
    return this.#cache?.get(key) ?? (this.#flights.get(key) ?? this.#begin(key, asked, type)).join(signal);
  }

  #begin(key: string, name: string, type: RecordType): Flight {
    const over = () => {
      clearTimeout(timer);
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      this.#waiting--;
      // This ends all questions, so it must wait for the last; until then the others go on unheard.
      if (this.#waiting === 0) this.#channel.cancel();
    };
    const flight = new Flight(over);
    const timer = setTimeout(() => {
      flight.land({ outcome: "temporary", reason: `no answer to ${key} within ${this.#timeout} ms` });
    }, this.#timeout);
    this.#flights.set(key, flight);
    this.#waiting++;
    void this.#ask(name, type).then((answer) => {
      this.#cache?.set(key, answer);
      flight.land(answer);
    });
    return flight;
  }

  async #ask(name: string, type: RecordType): Promise<Answer> {
    try {
      return found(await this.#records(name, type));
    } catch (error) {
      return answerTo(error, `${type} ${name}`);
    }
  }

  async #records(name: string, type: RecordType): Promise<readonly Found[]> {
    switch (type) {
      case "A":
        return this.#channel.resolve4(name, { ttl: true });
      case "AAAA":
        return this.#channel.resolve6(name, { ttl: true });
      case "TXT":
        return (await this.#channel.resolveTxt(name)).map((pieces) => pieces.join(""));
      case "MX":
        return this.#channel.resolveMx(name);
      case "PTR":
        return this.#channel.resolvePtr(name);
      case "CNAME":
        return this.#channel.resolveCname(name);
    }
  }
}

type Found = string | MxRecord | { readonly address: string; readonly ttl: number };

function found(all: readonly Found[]): Answer {
  // For an alias of a name without such records.
  if (all.length === 0) return { outcome: "no-data" };
  let ttl: number | undefined;
  const records = all.map((record) => {
    if (typeof record === "string") return record;
    if (!("address" in record)) return { priority: record.priority, exchange: record.exchange };
    ttl = Math.min(ttl ?? record.ttl, record.ttl);
    return record.address;
  });
  return { outcome: "found", records, ...(ttl !== undefined && { ttl }) };
}

/** Why node:dns cannot ask for a name, if it cannot. */
function unaskable(name: string): string | undefined {
  const [character] = /[^a-z\d._*/-]/.exec(name) ?? [];
  if (character !== undefined)
    return `node:dns cannot ask for a name with the character ${JSON.stringify(character)}`;
  const wrong =
    name.includes("xn--") && name.split(".").find((label) => label.startsWith("xn--") && !isALabel(label));
  return wrong
    ? `node:dns cannot ask for a name with the label "${wrong}", which is not a valid A-label`
    : undefined;
}

/** The answer that an error of node:dns is. */
export function answerTo(error: unknown, question: string): EmptyAnswer | TemporaryAnswer {
  const { code } = Object(error) as { code?: unknown };
  if (code === "ENODATA") return { outcome: "no-data" };
  if (code === "ENOTFOUND") return { outcome: "no-name" };
  const happened = causes[String(code)] ?? `the question failed (${String(code)})`;
  return { outcome: "temporary", reason: `${question}: ${happened}` };
}

const causes: Readonly<Record<string, string>> = {
  ESERVFAIL: "the DNS server failed (SERVFAIL)",
  EREFUSED: "the DNS server refused the question (REFUSED)",
  EFORMERR: "the DNS server did not understand the question (FORMERR)",
  ENOTIMP: "the DNS server does not answer such questions (NOTIMP)",
  ETIMEOUT: "no DNS server answered in time",
  ECONNREFUSED: "no DNS server could be reached",
  EBADRESP: "the answer of the DNS server could not be read",
  ECANCELLED: "the question was given up",
};

const readCache: OptionReader<false | CacheOptions> = (value, field) =>
  value === false
    ? value
    : readOptions(
        value as object,
        { entries: wholeNumber(1), bytes: wholeNumber(1), ttl: milliseconds(1) },
        field,
      );

const readers = { servers: listOf(text), timeout: milliseconds(1), cache: readCache };
