import type { Questions } from "../inquiry.ts";
import type { DmarcPolicies } from "./dmarc-record.ts";
import type { DmarcPolicy } from "./dmarc-verdict.ts";
import {
  type Failure,
  type FoundRecord,
  organizationalDomain,
  recordAt,
  type TreeWalk,
  walkTree,
} from "./tree-walk.ts";

/** The record that applies to an author's domain, if it is known. */
export interface ApplicableRecord {
  /** `undefined` if no domain has one. */
  readonly applied?: FoundRecord | undefined;
  /** The question that could not be answered, so the policy is not known. */
  readonly failure?: Failure | undefined;
}

/** Finds the record for an author's domain (RFC 9989 4.10.1): its own, the organizational domain's, or the suffix's. */
export async function discover(questions: Questions, domain: string): Promise<ApplicableRecord> {
  const own = await recordAt(questions, domain);
  if (own !== undefined) return "outcome" in own ? { failure: own } : { applied: { domain, record: own } };
  const walk = await walkTree(questions, domain);
  return walk.failure === undefined ? { applied: inherited(walk) } : { failure: walk.failure };
}

function inherited(walk: TreeWalk): FoundRecord | undefined {
  const organization = organizationalDomain(walk);
  return (
    walk.found.find(({ domain }) => domain === organization) ??
    walk.found.find(({ record }) => record.psd === "y")
  );
}

/**
 * The policy that a record has for an author's domain. Only if it says something else for domains that do not exist is
 * it asked whether this one does. An alias exists, wherever it leads: so the question is for the CNAME record.
 */
export async function policyFor(
  questions: Questions,
  author: string,
  { domain, record }: FoundRecord,
  policies: DmarcPolicies,
): Promise<DmarcPolicy | Failure> {
  const policy = domain === author ? policies.p : await inheritedPolicy(questions, author, policies);
  if (typeof policy !== "string" || !record.testing) return policy;
  return policy === "reject" ? "quarantine" : "none";
}

async function inheritedPolicy(
  questions: Questions,
  author: string,
  { sp, np }: DmarcPolicies,
): Promise<DmarcPolicy | Failure> {
  if (sp === np) return sp;
  const finding = await questions.ask(author, "CNAME");
  if (finding.outcome === "temporary") return finding;
  return finding.outcome === "no-name" ? np : sp;
}
