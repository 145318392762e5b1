import { isIP } from "node:net";
import { CommandError } from "../exit-status.ts";
import { shown } from "../masked.ts";

/**
 * Reads `host:port`, `[::1]:port`, or a port alone, which is one of 127.0.0.1.
 *
 * @throws CommandError if it is something else.
 */
export function readHostAndPort(
  value: string,
  flag: string,
): { readonly host: string; readonly port: number } {
  const [, address, name, digits] = /^(?:(?:\[([^[\]]+)\]|([^:[\]\s/@]+)):)?(\d{1,5})$/.exec(value) ?? [];
  const host = address ?? name ?? "127.0.0.1";
  const port = Number(digits);
  if (digits !== undefined && port <= 65_535 && (address === undefined || isIP(address) === 6))
    return { host, port };
  throw new CommandError(
    `${flag}: expected host:port such as 127.0.0.1:1025 or [::1]:0, got ${shown(value)}`,
  );
}
