import { readOptions } from "../../text/options/option-reader.ts";
import { Inquiry } from "../inquiry.ts";
import { parseIp } from "../ip-address.ts";
import { type LookUpOptions, lookUpReaders, secondsOf } from "../look-up-options.ts";
import { SpfEvaluation } from "./spf-evaluation.ts";
import { type Origin, spfSender } from "./spf-origin.ts";
import type { SpfVerdict } from "./spf-verdict.ts";

/** What SPF is checked for, and how. `now` is what the explanations of domain owners may quote. */
export interface SpfOptions extends Origin, LookUpOptions {
  /** Our host name, which they may quote too. Default: `"unknown"`. */
  readonly receiver?: string | undefined;
}

/**
 * Checks whether a client may send mail for a domain (SPF, RFC 7208): for that of MAIL FROM or, if the sender is null,
 * for the name in HELO.
 *
 * Whatever the domain publishes, the result is a verdict.
 *
 * @throws EnvoiError of kind `"aborted"` if `signal` aborts, `"configuration"` if an option of the look-up is not
 * valid.
 * @example
 * ```ts
 * const resolver = Resolver.zone({ "example.org": { TXT: "v=spf1 ip4:192.0.2.0/24 -all" } });
 * const verdict = await checkSpf({
 *   ip: "203.0.113.5",
 *   hello: "mail.example.net",
 *   from: "ada@example.org",
 *   resolver,
 * });
 * verdict.result; // "fail"
 * verdict.reason; // "\"-all\" in the record of example.org matches 203.0.113.5"
 * ```
 */
export async function checkSpf(options: SpfOptions): Promise<SpfVerdict> {
  const { ip, hello, from, receiver, ...rest } = options;
  const lookUp = readOptions<LookUpOptions>(rest, lookUpReaders, "checkSpf", ["resolver"]);
  const inquiry = new Inquiry(lookUp.resolver, lookUp);
  try {
    return await evaluateSpf(inquiry, { ip, hello, from, receiver, now: lookUp.now });
  } finally {
    inquiry.close();
  }
}

/** Like {@link checkSpf}, as a part of the inquiry about a mail. */
export async function evaluateSpf(
  inquiry: Inquiry,
  { ip, hello, from, receiver = "unknown", now }: Origin & Pick<SpfOptions, "receiver" | "now">,
): Promise<SpfVerdict> {
  const sender = spfSender({ hello, from });
  const { identity, domain } = sender;
  const questions = inquiry.part();
  const address = parseIp(String(ip));
  if (address === undefined || !sender.valid) {
    const unasked = { identity, domain, result: "none", lookups: 0, voidLookups: 0, queries: [] } as const;
    if (address === undefined)
      return { ...unasked, code: "no-origin", reason: "the IP address of the client is not known" };
    const reason = `${JSON.stringify(domain)} is not a domain that can have an SPF record`;
    return { ...unasked, code: "no-domain", reason };
  }
  const situation = {
    ip: address,
    hello: Buffer.from(String(hello)).toString("latin1"),
    sender,
    receiver,
    time: secondsOf(now),
  };
  const evaluation = new SpfEvaluation(questions, situation);
  const { text: explanation, result, code, reason, advice, mechanism } = await evaluation.run();
  const { lookups, voidLookups } = evaluation;
  return {
    ...{ result, identity, domain, code, reason, advice, mechanism },
    ...{ lookups, voidLookups, explanation, queries: questions.queries },
  };
}
