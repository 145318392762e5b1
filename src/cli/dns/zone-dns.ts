import { isIP } from "node:net";
import { refuseOption } from "../../text/options/option-reader.ts";
import { dnsName } from "../../verify/resolver/domain-name.ts";
import { Resolver } from "../../verify/resolver/resolver.ts";
import type { Zone, ZoneRecords } from "../../verify/resolver/zone-resolver.ts";
import {
  addressesByRecords,
  type Dns,
  type DnsAnswer,
  type HostAddresses,
  type SrvRecord,
  type TlsaRecord,
} from "./dns.ts";

/** The records of a name in a zone for a check: those of `Resolver.zone`, and two types more. */
export interface CheckZoneRecords extends ZoneRecords {
  /** Services: `[[10, 5, 587, "mail.example.org"]]`, priority, weight, port and host. */
  readonly SRV?: "temporary" | readonly (readonly [number, number, number, string])[];
  /** Certificates: `["3 1 1 0c72ac70b745ac19998811b131d662c9ac69dbdbe7cb23e5b514b566 64c5d3d6"]`. */
  readonly TLSA?: string | readonly string[];
}

/** The contents of DNS for a check, by name. */
export type CheckZone = Readonly<Record<string, CheckZoneRecords | "temporary">>;

/** DNS from a file: it knows the names of a zone and nothing else, but `localhost`. */
export class ZoneDns implements Dns {
  readonly resolver: Resolver;
  readonly #services: ReadonlyMap<string, CheckZoneRecords["SRV"]>;
  readonly #certificates: ReadonlyMap<string, CheckZoneRecords["TLSA"]>;

  /** @throws EnvoiError of kind `"configuration"` if the zone is not valid. */
  constructor(zone: CheckZone) {
    const services = new Map<string, CheckZoneRecords["SRV"]>();
    const certificates = new Map<string, CheckZoneRecords["TLSA"]>();
    const rest: Record<string, Zone[string]> = Object.create(null);
    for (const [name, entry] of Object.entries(zone ?? {})) {
      if (typeof entry !== "object" || entry === null) {
        rest[name] = entry;
        continue;
      }
      const { SRV, TLSA, ...others } = entry;
      if (SRV !== undefined) services.set(nameOf(name), readServices(SRV, name));
      if (TLSA !== undefined) certificates.set(nameOf(name), TLSA);
      rest[name] = others;
    }
    this.#services = services;
    this.#certificates = certificates;
    this.resolver = Resolver.zone(rest);
  }

  async addresses(host: string): Promise<HostAddresses> {
    if (isIP(host) !== 0) return { outcome: "found", records: [host] };
    const found = await addressesByRecords(this.resolver, host);
    if (found.outcome !== "found" && nameOf(host) === "localhost")
      return { outcome: "found", records: ["127.0.0.1"] };
    return found;
  }

  async srv(name: string): Promise<DnsAnswer<SrvRecord>> {
    const records = this.#services.get(nameOf(name));
    if (records === undefined) return { outcome: "no-name" };
    if (typeof records === "string")
      return { outcome: "temporary", reason: `the zone fails for SRV ${name}` };
    return {
      outcome: "found",
      records: records.map(([priority, weight, port, target]) => ({
        ...{ priority, weight, port },
        target: target.replace(/\.$/, ""),
      })),
    };
  }

  async tlsa(name: string): Promise<DnsAnswer<TlsaRecord>> {
    const texts = this.#certificates.get(nameOf(name));
    if (texts === undefined) return { outcome: "no-name" };
    if (texts === "temporary") return { outcome: "temporary", reason: `the zone fails for TLSA ${name}` };
    return { outcome: "found", records: [texts].flat().map((text) => readTlsa(text, name)) };
  }
}

function nameOf(name: string): string {
  return dnsName(name) ?? name;
}

function readServices(given: CheckZoneRecords["SRV"], name: string): CheckZoneRecords["SRV"] {
  if (given === "temporary") return given;
  const sound =
    Array.isArray(given) &&
    given.every(
      (record) =>
        Array.isArray(record) &&
        record.slice(0, 3).every((part) => typeof part === "number") &&
        typeof record[3] === "string",
    );
  if (!sound)
    throw refuseOption(`zone[${JSON.stringify(name)}].SRV`, "expected [priority, weight, port, host] lists");
  return given;
}

function readTlsa(text: string, name: string): TlsaRecord {
  const [, usage, selector, matching, data] =
    /^\s*(\d+)\s+(\d+)\s+(\d+)\s+([\da-f\s]+)$/i.exec(String(text)) ?? [];
  if (data === undefined)
    throw refuseOption(`zone[${JSON.stringify(name)}].TLSA`, 'expected records such as "3 1 1 0c72ac…"');
  return {
    ...{ usage: Number(usage), selector: Number(selector), matching: Number(matching) },
    data: data.replace(/\s/g, "").toLowerCase(),
  };
}
