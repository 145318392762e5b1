import { systemResolve } from "../../../net/client/addresses.ts";
import type { Dns } from "../../dns/dns.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import type { NamedRelay } from "./relay-url.ts";

/**
 * Refuses what may be a password and is not the name of a host, before an error about the connection repeats it.
 *
 * @param addresses the addresses of a host, as the command looks them up
 * @throws CommandError that does not repeat it.
 */
export async function refuseUnknownHost(
  relay: NamedRelay,
  addresses: Dns["addresses"] = systemAddresses,
): Promise<void> {
  if (!relay.mayBePassword) return;
  const { outcome } = await addresses(relay.url.hostname);
  if (outcome === "found") return;
  throw new CommandError(
    `${relay.source}: expected a URL, or a host that is known, got something else. If it is a host, write smtp://host`,
    outcome === "temporary" ? ExitStatus.temporary : ExitStatus.usage,
  );
}

/** As a transport looks them up. */
const systemAddresses: Dns["addresses"] = async (host) => {
  try {
    return { outcome: "found", records: await systemResolve(host) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "EAI_AGAIN" ? { outcome: "temporary", reason: code } : { outcome: "no-name" };
  }
};
