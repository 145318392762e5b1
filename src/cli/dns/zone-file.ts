import { fromFile, readJsonSettings, wrongFile } from "../input-file.ts";
import { type CheckZone, ZoneDns } from "./zone-dns.ts";

/**
 * Reads a file with the contents of DNS: the JSON of what `Resolver.zone` takes, and SRV and TLSA records.
 *
 * @throws CommandError if it cannot be read, or has a mistake in it.
 */
export function readZoneFile(path: string): ZoneDns {
  const zone = readJsonSettings("--zone", path);
  if (typeof zone !== "object" || zone === null || Array.isArray(zone))
    throw wrongFile(
      "--zone",
      path,
      'expected an object with a property for each name, such as {"example.org": {"MX": [[10, "mx.example.org"]]}}',
      "settings",
    );
  return fromFile("--zone", path, "settings", () => new ZoneDns(zone as CheckZone));
}
