import { hostname } from "node:os";
import { formatAddressLiteral } from "../../address/address-literal.ts";
import { canonicalDomain } from "../../address/domain.ts";

/** What is needed of a connection to name its end. */
interface LocalEnd {
  readonly localAddress: string | undefined;
}

/**
 * The name a client gives in EHLO (RFC 5321 4.1.4): the one it was told to give, else the host's if that is qualified,
 * else the literal of the socket's own address. Never bare `localhost`, which many servers refuse.
 */
export function helloName(chosen: string | undefined, { localAddress }: LocalEnd): string {
  return chosen ?? qualifiedHostname() ?? formatAddressLiteral(localAddress ?? "127.0.0.1");
}

function qualifiedHostname(): string | undefined {
  const name = hostname();
  if (!name.includes(".")) return undefined;
  try {
    return canonicalDomain(name);
  } catch {
    return undefined;
  }
}
