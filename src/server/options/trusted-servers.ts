import { parseImapServer } from "../../protocol/imap-url.ts";
import { wrongChoice, wrongOption } from "../../text/options/option-reader.ts";
import type { BurlOptions } from "../hooks/hooks.ts";

/**
 * Resolves the IMAP servers whose URLs are fetched, in the form in which URLs name them.
 *
 * @throws EnvoiError of kind `"configuration"` if there are none, or one is not a server.
 */
export function trustedServers(burl: BurlOptions | undefined): ReadonlySet<string> | undefined {
  if (burl === undefined) return undefined;
  if (burl.servers.length === 0) throw wrongOption("burl.servers", "at least one server", burl.servers);
  const servers = burl.servers.map((given, index) => {
    const server = parseImapServer(given);
    if (server === undefined)
      throw wrongChoice(`burl.servers[${index}]`, "a domain or an IP address, and maybe a port", given);
    return server;
  });
  return new Set(servers);
}
