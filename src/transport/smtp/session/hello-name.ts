import { hostname, networkInterfaces } from "node:os";
import { formatAddressLiteral } from "../../../address/address-literal.ts";
import { canonicalDomain } from "../../../address/domain.ts";

/** What is needed of a connection to name its end. */
interface LocalEnd {
  readonly localAddress: string | undefined;
  readonly loopback: boolean;
}

/** What a machine knows of itself. */
export interface Machine {
  hostname(): string;
  networkInterfaces(): ReturnType<typeof networkInterfaces>;
}

/**
 * The name a client gives in EHLO (RFC 5321 4.1.4): the one it was told to give, else the host's if that is qualified,
 * else an address literal: of the socket, or where the server does not see that, as behind a proxy, of the machine.
 * Never bare `localhost`, nor the address of loopback to a server elsewhere: many refuse them.
 */
export function helloName(
  chosen: string | undefined,
  end: LocalEnd,
  machine: Machine = { hostname, networkInterfaces },
): string {
  return chosen ?? qualified(machine.hostname()) ?? formatAddressLiteral(addressOf(end, machine));
}

function qualified(name: string): string | undefined {
  // Exim refuses names with an underscore, and localhost.localdomain is what many machines are called.
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

/** An address under which others may know this machine; none of a machine that has but loopback. */
function outwardAddress(machine: Machine): string | undefined {
  const all = Object.values(machine.networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const usable = all.filter(({ internal, address }) => !internal && !/^fe80:/i.test(address));
  return (usable.find(({ family }) => family === "IPv4") ?? usable[0])?.address;
}
