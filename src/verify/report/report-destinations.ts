import { canonicalDomain } from "../../address/domain.ts";
import { parseDmarcRecord } from "../dmarc/dmarc-record.ts";
import { organizationalDomain, walkTree } from "../dmarc/tree-walk.ts";
import type { Inquiry } from "../inquiry.ts";

/**
 * Whether a report may be sent to a URI. The list is complete.
 *
 * - `"own"`: the destination is of the organization that asks for reports.
 * - `"authorized"`: it is another organization, which says in DNS that it takes these reports.
 * - `"not-authorized"`: it does not say so; sending reports would be abuse (RFC 9990 4).
 * - `"unsupported"`: the URI is not one of mail, or not valid, or there are more than ten.
 * - `"unknown"`: a question could not be answered now; try again later.
 */
export type DestinationCode = "own" | "authorized" | "not-authorized" | "unsupported" | "unknown";

/** A URI that a DMARC record wants reports at. */
export interface ReportDestination {
  /** The URI of the record, without a limit of size. */
  readonly uri: string;
  /** The addresses to send to: none unless the code is `"own"` or `"authorized"`. */
  readonly addresses: readonly string[];
  /** Whether the report may be sent there. */
  readonly code: DestinationCode;
  /** Why, in an English sentence. */
  readonly reason: string;
}

const mostDestinations = 10;

/** Checks the destinations that the record of a domain names (RFC 9990 4). */
export async function reportDestinations(
  inquiry: Inquiry,
  domain: string,
  rua: readonly string[],
): Promise<ReportDestination[]> {
  const checked = rua.slice(0, mostDestinations).map((uri) => destination(inquiry, domain, uri));
  const surplus = rua
    .slice(mostDestinations)
    .map((uri) => unusable(uri, `the record has more than ${mostDestinations} destinations`));
  return [...(await Promise.all(checked)), ...surplus];
}

async function destination(inquiry: Inquiry, domain: string, uri: string): Promise<ReportDestination> {
  const target = mailTarget(uri);
  if (target === undefined) return unusable(uri, "the URI is not a mailto: URI with one address");
  const { address, host } = target;
  const own = await isSameOrganization(inquiry, domain, host);
  if (typeof own === "string") return { uri, addresses: [], code: "unknown", reason: own };
  if (own)
    return {
      uri,
      addresses: [address],
      code: "own",
      reason: `${host} is of the same organization as ${domain}`,
    };
  const name = `${domain}._report._dmarc.${host}`;
  const finding = await inquiry.ask(name, "TXT");
  if (finding.outcome === "temporary") return { uri, addresses: [], code: "unknown", reason: finding.reason };
  const texts = finding.outcome === "found" ? finding.records : [];
  const records = texts.map(parseDmarcRecord).filter((record) => record !== undefined);
  const refused = (reason: string) => ({ uri, addresses: [], code: "not-authorized", reason }) as const;
  if (records.length === 0)
    return refused(`${host} does not say at ${name} that it takes reports about ${domain}`);
  const overriding = records.flatMap((record) => record.rua).map(mailTarget);
  if (overriding.some((other) => other?.host !== host))
    return refused(`the record at ${name} names a destination of another host`);
  const addresses = overriding.flatMap((other) => other?.address ?? []);
  const reason = `${host} says at ${name} that it takes reports about ${domain}`;
  return { uri, addresses: addresses.length > 0 ? addresses : [address], code: "authorized", reason };
}

function unusable(uri: string, reason: string): ReportDestination {
  return { uri, addresses: [], code: "unsupported", reason };
}

/** Whether two domains have the same organizational domain; a reason if that is not known. */
async function isSameOrganization(inquiry: Inquiry, one: string, other: string): Promise<boolean | string> {
  if (one === other) return true;
  const walks = await Promise.all([walkTree(inquiry, one), walkTree(inquiry, other)]);
  const [first, second] = walks.map(organizationalDomain);
  return walks.find(({ failure }) => failure !== undefined)?.failure?.reason ?? first === second;
}

function mailTarget(uri: string): { address: string; host: string } | undefined {
  const [, encoded] = /^mailto:([^?]+)/i.exec(uri) ?? [];
  try {
    const address = decodeURIComponent(encoded ?? "");
    const [, local, domain] = /^([^\s"<>@,;]+)@([^\s@]+)$/.exec(address) ?? [];
    if (local === undefined || domain === undefined || domain.startsWith("[")) return undefined;
    const host = canonicalDomain(domain);
    return { address: `${local}@${host}`, host };
  } catch {
    return undefined;
  }
}
