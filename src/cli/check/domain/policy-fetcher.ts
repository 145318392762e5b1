import { get } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { trustedByNode } from "../../../transport/smtp/tls/secure-context.ts";
import type { Dns } from "../../dns/dns.ts";

/** A policy that was fetched, or why it was not. */
export type FetchedPolicy =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: string };

/** Fetches the MTA-STS policy of a domain. */
export type PolicyFetcher = (domain: string, dns: Dns) => Promise<FetchedPolicy>;

/** A policy of a reasonable domain has a few hundred octets. */
const MOST = 64 * 1024;

/** Fetches policies over HTTPS (RFC 8461 3.3), within a time, and without following redirects. */
export function httpsFetcher(timeout: number, authorities: readonly string[]): PolicyFetcher {
  return async (domain, dns) => {
    const host = `mta-sts.${domain}`;
    const found = await dns.addresses(host);
    if (found.outcome !== "found") return { problem: `the host ${host} has no address` };
    const [address = ""] = found.records;
    const lookup: LookupFunction = (_, { all }, callback) => {
      const family = isIP(address);
      if (all) callback(null, [{ address, family }]);
      else callback(null, address, family);
    };
    return await new Promise((resolve) => {
      const failed = (problem: string): void => {
        clearTimeout(timer);
        request.destroy();
        resolve({ problem });
      };
      const timer = setTimeout(() => failed(`${host} did not answer in time`), timeout);
      const request = get(
        `https://${host}/.well-known/mta-sts.txt`,
        { lookup, agent: false, ...(authorities.length > 0 && { ca: [...trustedByNode(), ...authorities] }) },
        (response) => {
          const { statusCode = 0, headers } = response;
          if (statusCode !== 200) return failed(`${host} answers with HTTP status ${statusCode}`);
          if (!/^text\/plain\b/i.test(headers["content-type"] ?? ""))
            return failed(`${host} serves the policy with another type than text/plain`);
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (piece: string) => {
            text += piece;
            if (text.length > MOST) failed("the policy is longer than 64 KiB");
          });
          response.on("end", () => {
            clearTimeout(timer);
            resolve({ text });
          });
          response.on("error", (error: NodeJS.ErrnoException) =>
            failed(`the answer broke off (${error.code})`),
          );
        },
      );
      request.on("error", (error: NodeJS.ErrnoException) =>
        failed(`${host} cannot be reached by HTTPS (${error.code ?? "unknown error"})`),
      );
    });
  };
}
