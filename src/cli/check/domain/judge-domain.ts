import { foreign } from "../../foreign-text.ts";
import { RESERVED } from "../connection/connect.ts";
import { type Finding, type FindingCode, finding, worstFirst } from "../finding.ts";
import { judgeServer } from "../server/judge-server.ts";
import type { ServerFacts } from "../server/server-facts.ts";
import type { ProbeOptions } from "../server/server-target.ts";
import { judgeAuthorPolicy } from "./author-policy.ts";
import { judgeDane } from "./dane.ts";
import { judgeDkimKey } from "./dkim-keys.ts";
import type { DomainFacts } from "./domain-facts.ts";
import { judgeExchangers } from "./mail-exchangers.ts";
import { judgeSts } from "./mta-sts.ts";
import { judgeSenderPolicy } from "./sender-policy.ts";
import { judgeServices } from "./services.ts";
import { judgeTlsReporting } from "./tls-reporting.ts";

/** What a person must change about a domain, the worst first. */
export function judgeDomain(
  facts: DomainFacts,
  options: Pick<ProbeOptions, "from" | "to"> & {
    /** Whether the addresses are made up: then it says nothing that a server cannot be reached. */
    readonly madeUp?: boolean;
  },
  now: number = Date.now(),
): Finding[] {
  if (!facts.exists) return [absent(facts)];
  if (facts.unknown !== undefined) return [unanswered(facts.domain, facts.unknown)];
  const { exchangers, sts } = facts;
  const hosts = exchangers.exchangers.map(({ host }) => host);
  const strict = sts.policy?.mode === "enforce";
  return worstFirst([
    ...judgeExchangers(exchangers),
    ...judgeSts(sts, hosts),
    ...facts.dane.flatMap((each) =>
      judgeDane(
        each,
        facts.servers.find(({ target, role }) => role === "exchanger" && target.host === each.host),
      ),
    ),
    ...judgeSenderPolicy(facts.senderPolicy),
    ...facts.dkim.flatMap(judgeDkimKey),
    ...judgeAuthorPolicy(facts.authorPolicy),
    ...judgeTlsReporting(facts.tlsReporting),
    ...facts.services.flatMap(judgeServices),
    ...facts.servers.flatMap(({ role, ...server }) => {
      if (options.madeUp === true && isOutOfReach(server, role)) return [];
      const findings = judgeServer(server, options, now);
      return role === "submission" ? findings : findings.flatMap((each) => ofExchanger(each, strict));
    }),
  ]);
}

function absent({ domain, danglingAlias }: DomainFacts): Finding {
  return danglingAlias === undefined
    ? finding(
        "domain-unknown",
        domain,
        `The domain ${domain} does not exist in DNS.`,
        "Look for a typing error, and whether the domain is registered and delegated.",
      )
    : finding(
        "domain-alias-dangling",
        domain,
        `${domain} is an alias (CNAME) of ${foreign(danglingAlias, 253)}, which does not exist.`,
        `Replace the CNAME record of ${domain} by the records that it needs, or let it point to a name that exists.`,
      );
}

/** A server whose port is chosen by DNS may be one of a test. */
function isOutOfReach({ addresses }: ServerFacts, role: "exchanger" | "submission"): boolean {
  const failed = addresses.filter(({ outcome }) => outcome !== "connected");
  if (failed.length < addresses.length) return false;
  return role === "exchanger" || failed.every(({ code }) => code === RESERVED);
}

function unanswered(domain: string, reason: string): Finding {
  return finding(
    "dns-failed",
    domain,
    `DNS answers no question about ${domain}: ${foreign(reason, 300)}.`,
    "Look at the DNS servers of this machine, then at those of the domain: its DNSSEC may be broken, or its servers down.",
  );
}

/** What a finding about a server means for a mail exchanger, to which others connect on port 25. */
function ofExchanger(found: Finding, strict: boolean): Finding[] {
  if (unreachable.has(found.code))
    return [
      finding(
        "mx-unreachable",
        found.about,
        `The mail exchanger could not be tried from here. ${found.what}`,
        "Many networks block outgoing port 25: check again from another network before you change anything. If it stays so, see to the server and its firewall.",
      ),
    ];
  if (found.code === "unencrypted" || found.code === "starttls-absent")
    return [finding("mx-without-tls", found.about, found.what, found.remedy)];
  // Servers that deliver mail do not look at certificates, unless the domain asks them to.
  if (found.code.startsWith("certificate-") && !strict) return [];
  return [found];
}

const unreachable: ReadonlySet<FindingCode> = new Set<FindingCode>([
  ...(["connection-refused", "connection-timeout", "connection-unreachable", "connection-reset"] as const),
  ...(["server-silent", "greeting-closed", "greeting-refused", "address-unreachable"] as const),
]);
