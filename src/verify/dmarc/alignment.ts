import type { Questions } from "../inquiry.ts";
import { dnsName, isAtOrBelow } from "../resolver/domain-name.ts";
import { type Failure, organizationalDomain, walkTree } from "./tree-walk.ts";

/** What SPF or DKIM says about a domain. */
export interface Authenticated {
  /** The result, in the words of RFC 8601. */
  readonly result: string;
  /** The domain that was checked or that signed. */
  readonly domain?: string | undefined;
}

/** What DMARC needs to know about a message. */
export interface DmarcEvidence {
  /** What SPF says. The HELO name counts only under the null sender; then it is what `checkSpf` has checked. */
  readonly spf?: Authenticated | undefined;
  /** What DKIM says about each signature. */
  readonly dkim?: readonly Authenticated[] | undefined;
}

/** Which of SPF and DKIM passed for an aligned domain; `unknown` if an answer could have changed that. */
export interface Alignment {
  readonly spf: boolean;
  readonly dkim: boolean;
  readonly unknown?: Failure | undefined;
}

/** In which mode domains are compared (RFC 9989 4.4). */
export interface AlignmentModes {
  readonly strictSpf: boolean;
  readonly strictDkim: boolean;
}

/** Compares the domains that SPF and DKIM prove with the author's (RFC 9989 4.10.2). */
export async function alignment(
  questions: Questions,
  author: string,
  { spf, dkim = [] }: DmarcEvidence,
  { strictSpf, strictDkim }: AlignmentModes,
): Promise<Alignment> {
  const compared = await Promise.all([
    ...(spf === undefined ? [] : [compare(questions, author, "SPF", spf, strictSpf)]),
    ...dkim.map((each) => compare(questions, author, "DKIM", each, strictDkim)),
  ]);
  return {
    spf: compared.some(({ by, aligned }) => aligned === true && by === "SPF"),
    dkim: compared.some(({ by, aligned }) => aligned === true && by === "DKIM"),
    unknown: compared.map(({ aligned }) => aligned).find((aligned) => typeof aligned === "object"),
  };
}

interface Comparison {
  readonly by: "SPF" | "DKIM";
  /** Whether the domain is proved and aligned; the question that is missing to know that. */
  readonly aligned: boolean | Failure;
}

async function compare(
  questions: Questions,
  author: string,
  by: "SPF" | "DKIM",
  { result, domain: given }: Authenticated,
  strict: boolean,
): Promise<Comparison> {
  const domain = dnsName(given ?? "");
  if (domain === undefined || (result !== "pass" && result !== "temperror")) return { by, aligned: false };
  const aligned = await isAligned(questions, author, domain, strict);
  if (result === "pass" || aligned !== true) return { by, aligned: result === "pass" ? aligned : false };
  const reason = `${by} could not be checked for ${domain}, which is aligned with ${author}`;
  return { by, aligned: { outcome: "temporary", code: "dns", reason } };
}

/**
 * Whether a domain is aligned with the author's: the same, or with the same organizational domain. Nothing is asked
 * about a domain that is not below the author's organizational domain.
 */
export async function isAligned(
  questions: Questions,
  author: string,
  domain: string,
  strict: boolean,
): Promise<boolean | Failure> {
  if (domain === author) return true;
  if (strict || lastLabel(domain) !== lastLabel(author)) return false;
  const own = await walkTree(questions, author);
  if (own.failure !== undefined) return own.failure;
  const organization = organizationalDomain(own);
  if (!isAtOrBelow(domain, organization)) return false;
  const other = await walkTree(questions, domain);
  return other.failure ?? organizationalDomain(other) === organization;
}

function lastLabel(domain: string): string {
  return domain.slice(domain.lastIndexOf(".") + 1);
}
