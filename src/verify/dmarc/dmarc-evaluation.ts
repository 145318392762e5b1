import type { Questions } from "../inquiry.ts";
import { type Alignment, alignment, type DmarcEvidence, isAligned } from "./alignment.ts";
import type { Author } from "./author.ts";
import { type ApplicableRecord, discover, policyFor } from "./dmarc-policy.ts";
import type { DmarcVerdict } from "./dmarc-verdict.ts";
import type { Failure, FoundRecord } from "./tree-walk.ts";

type Verdict = Omit<DmarcVerdict, "queries">;

/**
 * The evaluation of DMARC for one message. The questions for the record go out when it is made, so that the answers are
 * there when SPF and DKIM are done.
 */
export class DmarcEvaluation {
  readonly #questions: Questions;
  readonly #author: Author;
  readonly #discovery: Promise<ApplicableRecord>;

  /**
   * Asks ahead.
   *
   * @param questions of this evaluation alone, because its verdict lists them
   * @param signers domains that have signed, to ask for their records early
   */
  constructor(questions: Questions, author: Author, signers: readonly string[] = []) {
    this.#questions = questions;
    this.#author = author;
    this.#discovery = author.domain === undefined ? Promise.resolve({}) : discover(questions, author.domain);
    // Awaited when SPF and DKIM are done.
    this.#askAhead(signers).catch(() => {});
  }

  /** The verdict. @throws EnvoiError of kind `"aborted"`, and nothing else. */
  async verdict(evidence: DmarcEvidence): Promise<DmarcVerdict> {
    const verdict = await this.#verdict(evidence);
    return { ...verdict, queries: this.#questions.queries };
  }

  async #verdict(evidence: DmarcEvidence): Promise<Verdict> {
    const { domain, problem } = this.#author;
    if (domain === undefined)
      return { ...nothing, result: "permerror", code: "no-from", reason: "there is no author", ...problem };
    const { applied, failure } = await this.#discovery;
    if (applied !== undefined) return this.#apply(domain, applied, evidence);
    if (failure !== undefined) return this.#withoutRecord(domain, failure, evidence);
    const reason = `neither ${domain} nor a domain above it has a DMARC record`;
    const advice = `Publish a TXT record at _dmarc.${domain}: "v=DMARC1; p=none; rua=mailto:…".`;
    return { ...nothing, domain, result: "none", code: "no-record", reason, advice };
  }

  async #askAhead(signers: readonly string[]): Promise<void> {
    const { applied } = await this.#discovery;
    const { domain } = this.#author;
    if (applied === undefined || domain === undefined) return;
    const { strictDkim } = applied.record;
    await Promise.all(
      [...new Set(signers)].map((signer) => isAligned(this.#questions, domain, signer, strictDkim)),
    );
  }

  async #apply(author: string, { domain, record }: FoundRecord, evidence: DmarcEvidence): Promise<Verdict> {
    const { policies, invalid, testing, rua, strictDkim, strictSpf } = record;
    const known = {
      ...{ ...nothing, domain: author, recordDomain: domain, record: record.text, testing },
      advice: invalid && `Correct "${invalid}" in the record at _dmarc.${domain}.`,
    };
    if (policies === undefined) {
      const reason = `the record at _dmarc.${domain} has a policy that is not valid: "${invalid}"`;
      return { ...known, result: "permerror", code: "invalid-record", reason };
    }
    const [aligned, policy] = await Promise.all([
      alignment(this.#questions, author, evidence, record),
      policyFor(this.#questions, author, { domain, record }, policies),
    ]);
    const published = { domain, ...policies, testing, rua, adkim: mode(strictDkim), aspf: mode(strictSpf) };
    const stated = { ...known, published, aligned: { spf: aligned.spf, dkim: aligned.dkim } };
    if (aligned.spf || aligned.dkim) {
      const found = typeof policy === "string" ? { policy } : {};
      return { ...stated, ...found, result: "pass", code: "aligned", reason: passReason(author, aligned) };
    }
    const open = aligned.unknown ?? policy;
    if (typeof open !== "string")
      return { ...stated, result: "temperror", code: open.code, reason: open.reason };
    const reason = `neither SPF nor DKIM passed for a domain that is aligned with ${author}`;
    const advice = known.advice ?? adviceFor(author, evidence);
    return {
      ...stated,
      policy: open,
      disposition: open,
      result: "fail",
      code: "not-aligned",
      reason,
      advice,
    };
  }

  /** What the same domain proves does not depend on the record that could not be had. */
  async #withoutRecord(author: string, { code, reason }: Failure, evidence: DmarcEvidence): Promise<Verdict> {
    const { spf, dkim } = await alignment(this.#questions, author, evidence, {
      strictSpf: true,
      strictDkim: true,
    });
    const known = { ...nothing, domain: author, aligned: { spf, dkim } };
    if (!spf && !dkim) return { ...known, result: "temperror", code, reason };
    return { ...known, result: "pass", code: "aligned", reason: passReason(author, { spf, dkim }) };
  }
}

const nothing = { testing: false, disposition: "none", aligned: { spf: false, dkim: false } } as const;

function mode(strict: boolean): "r" | "s" {
  return strict ? "s" : "r";
}

function passReason(author: string, { spf, dkim }: Alignment): string {
  const by = spf && dkim ? "SPF and DKIM" : spf ? "SPF" : "DKIM";
  return `${by} passed for a domain that is aligned with ${author}`;
}

function adviceFor(author: string, { spf, dkim = [] }: DmarcEvidence): string {
  const passed = [
    ...(spf?.result === "pass" ? [`the sender (MAIL FROM) of ${spf.domain}`] : []),
    ...dkim.flatMap(({ result, domain }) => (result === "pass" ? [`the signature of ${domain}`] : [])),
  ];
  const signing = `Let the server that sends this mail sign it with DKIM for ${author}, or send with a MAIL FROM of ${author} that its SPF record allows.`;
  if (passed.length === 0) return signing;
  return `Only ${passed.slice(0, 3).join(" and ")} passed, which ${author} is not aligned with. ${signing}`;
}
