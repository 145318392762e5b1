import { type Resolve, systemResolve } from "../../../net/client/addresses.ts";
import { CommandError, ExitStatus } from "../../exit-status.ts";
import type { NamedRelay } from "./relay-url.ts";

/**
 * Refuses what may be a password and is not the name of a host, before an error about the connection repeats it.
 *
 * @throws CommandError that does not repeat it.
 */
export async function refuseUnknownHost(relay: NamedRelay, resolve: Resolve = systemResolve): Promise<void> {
  if (!relay.mayBePassword) return;
  try {
    await resolve(relay.url.hostname);
  } catch (error) {
    const isTemporary = (error as NodeJS.ErrnoException).code === "EAI_AGAIN";
    throw new CommandError(
      `${relay.source}: expected a URL, or a host that is known, got something else. If it is a host, write smtp://host`,
      isTemporary ? ExitStatus.temporary : ExitStatus.usage,
    );
  }
}
