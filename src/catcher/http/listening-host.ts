import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLoopback } from "../../net/client/loopback.ts";
import { refuseOption } from "../../text/options/option-reader.ts";

/**
 * The IP address to listen on.
 *
 * @param isOpen whether other machines may reach it
 * @throws EnvoiError of kind `"configuration"` if other machines would reach it and may not, or if the name is unknown.
 */
export async function listeningAddress(host: string, field: string, isOpen: boolean): Promise<string> {
  const address = isIP(host) === 0 ? await addressOf(host, field) : host;
  if (isOpen || isLoopback(address)) return address;
  throw refuseOption(
    field,
    `other machines can reach ${address}, and read all mails`,
    "Set a login (http.auth, or --auth), or allow it (public, or --public)",
  );
}

async function addressOf(host: string, field: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw refuseOption(field, "there is no such host", undefined, cause);
  }
}
