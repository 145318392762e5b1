import { readOptions, wrongOption } from "../../text/options/option-reader.ts";
import { Inquiry } from "../inquiry.ts";
import { type LookUpOptions, lookUpReaders } from "../look-up-options.ts";
import type { DmarcEvidence } from "./alignment.ts";
import { readAuthor } from "./author.ts";
import { DmarcEvaluation } from "./dmarc-evaluation.ts";
import type { DmarcVerdict } from "./dmarc-verdict.ts";

/** What DMARC is evaluated for, and how. */
export interface DmarcOptions extends DmarcEvidence, Omit<LookUpOptions, "now"> {
  /** Every From field of the message, with or without its name; octets as Latin-1, or text. */
  readonly from: readonly string[];
}

/**
 * Evaluates DMARC (RFC 9989) from what SPF and DKIM said. The organizational domain is found by a walk in DNS; no list
 * of public suffixes is used.
 *
 * Whatever the message has in From and the domain publishes, the result is a verdict.
 *
 * @throws EnvoiError of kind `"aborted"` if `signal` aborts, `"configuration"` if an option is not valid.
 * @example
 * ```ts
 * const resolver = Resolver.zone({ "_dmarc.example.org": { TXT: "v=DMARC1; p=reject" } });
 * const verdict = await evaluateDmarc({
 *   from: ["Ada <ada@news.example.org>"],
 *   dkim: [{ result: "pass", domain: "example.net" }],
 *   resolver,
 * });
 * verdict.result; // "fail"
 * verdict.disposition; // "reject"
 * ```
 */
export async function evaluateDmarc(options: DmarcOptions): Promise<DmarcVerdict> {
  const { from, spf, dkim, ...rest } = options;
  const lookUp = readOptions<LookUpOptions>(rest, lookUpReaders, "evaluateDmarc", ["resolver"]);
  if (!Array.isArray(from) || from.some((field) => typeof field !== "string"))
    throw wrongOption("evaluateDmarc.from", "an array with every From field as a string", from);
  const inquiry = new Inquiry(lookUp.resolver, lookUp);
  try {
    return await new DmarcEvaluation(inquiry.part(), readAuthor(from)).verdict({ spf, dkim });
  } finally {
    inquiry.close();
  }
}
