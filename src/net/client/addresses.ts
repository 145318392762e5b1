import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { Failure } from "../../protocol/failure.ts";
import { codeOf } from "./connection-failures.ts";

/** Finds the addresses of a host, best first. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** Asks the operating system: the hosts file, DNS, whatever it is configured for, sorted by RFC 6724. */
export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * The addresses of a host in the order in which to try them: IPv6 and IPv4 alternate, beginning with the family of the
 * best address (RFC 8305 4). An IP address stands for itself.
 *
 * @param from an address of this machine: only addresses of its family can be reached from it.
 * @throws Failure of kind `"connection"`.
 */
export async function addressesOf(
  host: string,
  resolve: Resolve,
  from: string | undefined,
): Promise<readonly string[]> {
  requireZone(host);
  const all = isIP(host) === 0 ? await resolved(host, resolve) : [host];
  const usable = from === undefined ? all : all.filter((address) => isIP(address) === isIP(from));
  if (usable.length > 0) return interleaved([...new Set(usable)]);
  const family = isIP(from ?? "") === 6 ? "IPv6" : "IPv4";
  const lacking = all.length === 0 ? "no address" : `no ${family} address, and the local address is one`;
  throw unresolved(`the host ${host} has ${lacking}`);
}

/** Some systems refuse a link-local address without an interface, others wait for an answer. */
function requireZone(host: string): void {
  if (isIP(host) !== 6 || !/^fe[89ab]/i.test(host)) return;
  const zone = host.split("%")[1];
  if (zone !== undefined && (/^\d+$/.test(zone) || zone in networkInterfaces())) return;
  throw unresolved(
    `cannot connect to ${host}: a link-local address must end with the name of an interface of this machine, as in fe80::1%eth0`,
  );
}

async function resolved(host: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    const code = codeOf(cause);
    if (code === "ENOTFOUND") throw unresolved(`the host ${host} is not known`, cause);
    if (code === "EAI_AGAIN") throw unresolved(`the name of ${host} cannot be looked up now`, cause);
    throw unresolved(`the name of ${host} cannot be looked up (${code})`, cause);
  }
}

function interleaved(addresses: readonly string[]): readonly string[] {
  const first = isIP(addresses[0] ?? "");
  const preferred = addresses.filter((address) => isIP(address) === first);
  const others = addresses.filter((address) => isIP(address) !== first);
  return preferred
    .slice(0, others.length)
    .flatMap((address, index) => [address, others[index] as string])
    .concat(preferred.slice(others.length), others.slice(preferred.length));
}

function unresolved(message: string, cause?: Error): Failure {
  return new Failure({ kind: "connection", phase: "connect", message, cause });
}
