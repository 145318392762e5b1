import { readFile } from "node:fs/promises";
import { reasonOf } from "../../errors.ts";
import { CommandError, ExitStatus } from "../exit-status.ts";
import type { CheckZone } from "./zone-dns.ts";

/**
 * Reads a file with the contents of DNS: the JSON of what `Resolver.zone` takes.
 *
 * @throws CommandError
 */
export async function readZoneFile(file: string): Promise<CheckZone> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new CommandError(`--zone: ${file} cannot be read (${reasonOf(error)})`, ExitStatus.noInput);
  }
  try {
    const zone: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    if (typeof zone === "object" && zone !== null && !Array.isArray(zone)) return zone as CheckZone;
  } catch (error) {
    throw new CommandError(`--zone: ${file} is not JSON (${reasonOf(error)})`, ExitStatus.data);
  }
  throw new CommandError(
    `--zone: ${file}: expected an object with a property for each name, such as {"example.org": {"MX": [[10, "mx.example.org"]]}}`,
    ExitStatus.data,
  );
}
