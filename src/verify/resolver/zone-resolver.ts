import { refuseOption, wrongOption } from "../../text/options/option-reader.ts";
import type { Answer, MxRecord, RecordType, ResolveOptions } from "./answer.ts";
import { dnsName, isAtOrBelow } from "./domain-name.ts";

/** A failure in a zone: that type of the name, or the whole name, is answered with a temporary failure. */
export type ZoneFailure = "temporary";

/** The records of one name in a zone, by type. */
export interface ZoneRecords {
  /** IPv4 addresses. */
  readonly A?: string | readonly string[];
  /** IPv6 addresses. */
  readonly AAAA?: string | readonly string[];
  /** Host names; the name is that of an address below `in-addr.arpa` or `ip6.arpa`. */
  readonly PTR?: string | readonly string[];
  /** The name that this one is an alias of. */
  readonly CNAME?: string;
  /** One record, or several; the pieces of a record, in an array inside the array, are joined. Text is UTF-8. */
  readonly TXT?: string | readonly (string | readonly string[])[];
  /** Mail exchangers: `[[10, "mx.example.org"]]`. */
  readonly MX?: "temporary" | readonly (readonly [priority: number, exchange: string])[];
}

/** The contents of DNS, by name. */
export type Zone = Readonly<Record<string, ZoneRecords | ZoneFailure>>;

/** What was asked of a {@link ZoneResolver}. */
export interface AskedQuestion {
  /** The name in lower case, without a dot at its end. */
  readonly name: string;
  /** The type of record. */
  readonly type: RecordType;
}

/**
 * DNS for tests: it knows the names of a zone and nothing else, and remembers what it was asked.
 *
 * A name exists if it is in the zone or above a name in it. A name that begins with `*` stands for all names below that
 * do not exist (RFC 4592). Aliases are followed like a server's: an alias of a name that does not exist is answered
 * with `"no-name"` for all types but CNAME.
 *
 * @example
 * ```ts
 * const resolver = Resolver.zone({ "example.org": { TXT: "v=spf1 -all" } });
 * await resolver.resolve("EXAMPLE.org.", "TXT");
 * assert.deepEqual(resolver.asked, [{ name: "example.org", type: "TXT" }]);
 * ```
 */
export class ZoneResolver {
  /** All questions so far, in their order. */
  readonly asked: AskedQuestion[] = [];
  readonly #names: Map<string, ZoneRecords | ZoneFailure> = new Map();

  /** @throws EnvoiError of kind `"configuration"` if the zone is not valid. */
  constructor(zone: Zone) {
    if (typeof zone !== "object" || zone === null)
      throw wrongOption("zone", "an object with a property for each name", zone);
    for (const [key, entry] of Object.entries(zone)) {
      const name = dnsName(key);
      const field = `zone[${JSON.stringify(key)}]`;
      if (name === undefined) throw refuseOption(field, "not a domain name");
      if (this.#names.has(name)) throw refuseOption(field, "the zone has this name twice");
      this.#names.set(name, entry === "temporary" ? entry : readEntry(entry, field));
    }
  }

  /** Answers from the zone. @throws the reason of `signal`, if it has aborted. */
  async resolve(name: string, type: RecordType, { signal }: ResolveOptions = {}): Promise<Answer> {
    signal?.throwIfAborted();
    const asked = dnsName(name) ?? name;
    this.asked.push({ name: asked, type });
    return this.#follow(asked, type, 0);
  }

  #follow(name: string, type: RecordType, aliases: number): Answer {
    if (aliases > 16)
      return { outcome: "temporary", reason: `the aliases (CNAME) of ${name} lead in a circle` };
    const entry = this.#entry(name);
    if (entry === undefined) return { outcome: this.#exists(name) ? "no-data" : "no-name" };
    if (entry === "temporary" || entry[type] === "temporary")
      return { outcome: "temporary", reason: `the zone fails for ${type} ${name}` };
    const records = recordsOf(entry, type);
    if (records.length > 0) return { outcome: "found", records };
    if (entry.CNAME === undefined || type === "CNAME") return { outcome: "no-data" };
    if (entry.CNAME === "temporary")
      return { outcome: "temporary", reason: `the zone fails for CNAME ${name}` };
    return this.#follow(dnsName(entry.CNAME) ?? entry.CNAME, type, aliases + 1);
  }

  /** The entry of a name, or of the wildcard below its closest ancestor that exists. */
  #entry(name: string): ZoneRecords | ZoneFailure | undefined {
    const own = this.#names.get(name);
    if (own !== undefined || this.#exists(name)) return own;
    let ancestor = name;
    do ancestor = ancestor.slice(ancestor.indexOf(".") + 1);
    while (ancestor.includes(".") && !this.#exists(ancestor));
    return this.#names.get(`*.${ancestor}`);
  }

  #exists(name: string): boolean {
    return [...this.#names.keys()].some((known) => isAtOrBelow(known, name));
  }
}

const types: readonly RecordType[] = ["A", "AAAA", "PTR", "CNAME", "TXT", "MX"];

function readEntry(entry: unknown, field: string): ZoneRecords {
  if (typeof entry !== "object" || entry === null)
    throw wrongOption(field, 'an object with records by type, or "temporary"', entry);
  for (const [type, records] of Object.entries(entry)) {
    if (!(types as readonly string[]).includes(type))
      throw refuseOption(field, `there is no type ${type} here`, `There are ${types.join(", ")}`);
    const list: unknown[] = typeof records === "string" ? [records] : records;
    const sound = Array.isArray(list) && list.every(type === "MX" ? isExchanger : isRecord);
    if (!sound && records !== "temporary")
      throw wrongOption(
        `${field}.${type}`,
        type === "MX" ? '[priority, exchange] pairs or "temporary"' : 'a string, an array or "temporary"',
        records,
      );
  }
  return entry;
}

function isRecord(record: unknown): boolean {
  return Array.isArray(record)
    ? record.every((piece) => typeof piece === "string")
    : typeof record === "string";
}

function isExchanger(record: unknown): boolean {
  return Array.isArray(record) && typeof record[0] === "number" && typeof record[1] === "string";
}

function recordsOf(entry: ZoneRecords, type: RecordType): (string | MxRecord)[] {
  const given = entry[type];
  if (given === undefined) return [];
  if (typeof given === "string") return [type === "TXT" ? octets(given) : given];
  return given.map((record) => {
    if (typeof record === "string") return type === "TXT" ? octets(record) : record;
    const [first, second] = record;
    if (type === "MX") return { priority: Number(first), exchange: String(second) };
    return octets(record.join(""));
  });
}

/** The UTF-8 of a text, with one character for each octet. */
function octets(text: string): string {
  return Buffer.from(text).toString("latin1");
}
