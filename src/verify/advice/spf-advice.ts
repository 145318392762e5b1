import type { Authentication } from "../authentication/authentication.ts";
import type { SpfVerdict } from "../spf/spf-verdict.ts";
import type { Advice } from "./advice.ts";
import { sentence } from "./sentence.ts";

/** What SPF says of the sender and of the client's name. If DMARC passes, a failure of SPF is no error. */
export function spfAdvice({ dmarc, spf, helloSpf }: Authentication): readonly Advice[] {
  const lines = verdictAdvice(spf, dmarc.result === "pass" ? "warning" : "error");
  // What is wrong with both is said once.
  if (helloSpf !== undefined && helloSpf.domain !== spf.domain && isAtFault(helloSpf))
    lines.push(...verdictAdvice(helloSpf, "warning"));
  return lines;
}

function isAtFault({ result }: SpfVerdict): boolean {
  return result === "fail" || result === "permerror";
}

function verdictAdvice(spf: SpfVerdict, fault: "error" | "warning"): Advice[] {
  const { result, code, reason, advice } = spf;
  const of = spf.identity === "hello" ? `SPF of the client's name ${spf.domain}` : `SPF of ${spf.domain}`;
  const say = (severity: Advice["severity"], remedy: string | undefined): Advice[] => [
    { severity, about: "spf", what: `${of} is "${result}": ${withStop(reason)}`, remedy },
  ];
  switch (result) {
    case "pass":
      return spf.lookups < nearLimit ? [] : [crowded(spf)];
    case "fail":
    case "permerror":
      return say(fault, advice);
    case "softfail":
    case "neutral":
      return say("warning", advice);
    case "temperror":
      return say("note", "Look at it again when DNS answers.");
    case "none":
      if (code === "no-record") return say("warning", advice);
      if (code === "logged-in") return [];
      return [{ severity: "note", about: "spf", what: sentence(reason), remedy: remedies[code] }];
  }
}

function withStop(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

/** The limit is ten terms (RFC 7208 4.6.4). */
const nearLimit = 9;

function crowded({ domain, lookups }: SpfVerdict): Advice {
  return {
    severity: "note",
    about: "spf",
    what: `The SPF record of ${domain} needs ${lookups} of the 10 terms that may ask DNS, and those of others count too.`,
    remedy: "Replace include, a, mx or redirect by ip4 and ip6, or remove those that are not needed.",
  };
}

const remedies: Readonly<Partial<Record<SpfVerdict["code"], string>>> = {
  "no-origin": "Give the IP address of the client, so that SPF can be checked.",
  "no-domain": "Send with a MAIL FROM that has a domain, and say the host's full name in EHLO.",
};
