import { hostname, networkInterfaces } from "node:os";
import { formatAddressLiteral } from "../../../address/address-literal.ts";
import { canonicalDomain } from "../../../address/domain.ts";

/** What a name for this end needs to know about the connection. */
interface LocalEnd {
  readonly localAddress: string | undefined;
  readonly loopback: boolean;
}

/** What the operating system says about this machine. */
export interface Machine {
  hostname(): string;
  networkInterfaces(): ReturnType<typeof networkInterfaces>;
}

/**
 * The name of a client in EHLO (RFC 5321 4.1.4): the configured one; otherwise the host's if it is qualified; otherwise
 * an address literal of the socket, or of the machine if the server does not see the socket, as behind a proxy. It is
 * never a bare `localhost`, nor a loopback address to a server elsewhere, because many servers refuse them.
 */
export function helloName(
  chosen: string | undefined,
  end: LocalEnd,
  machine: Machine = { hostname, networkInterfaces },
): string {
  return chosen ?? qualified(machine.hostname()) ?? formatAddressLiteral(addressOf(end, machine));
}

function qualified(name: string): string | undefined {
  // Exim refuses names with an underscore, and many machines are called localhost.localdomain.
  if (!name.includes(".") || name.includes("_") || /^localhost\./i.test(name)) return undefined;
  try {
    const domain = canonicalDomain(name);
    return domain.startsWith("[") ? undefined : domain;
  } catch {
    return undefined;
  }
}

function addressOf({ localAddress, loopback }: LocalEnd, machine: Machine): string {
  if (localAddress !== undefined) return localAddress;
  return (loopback ? undefined : outwardAddress(machine)) ?? "127.0.0.1";
}

/** An address under which others may know this machine; `undefined` if it has only loopback addresses. */
function outwardAddress(machine: Machine): string | undefined {
  const all = Object.values(machine.networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const usable = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  return (usable.find(({ family }) => family === "IPv4") ?? usable[0])?.address;
}
