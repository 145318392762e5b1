import type { Authentication } from "../authentication/authentication.ts";
import type { DmarcCode, DmarcVerdict } from "../dmarc/dmarc-verdict.ts";
import type { Advice } from "./advice.ts";
import { sentence } from "./sentence.ts";

/** What DMARC means for the message, which receivers look at first. */
export function dmarcAdvice({ dmarc }: Authentication): readonly Advice[] {
  const { result, code, reason, advice } = dmarc;
  const say = (severity: Advice["severity"], what: string, remedy: string | undefined): Advice[] => [
    { severity, about: "dmarc", what, remedy },
  ];
  switch (result) {
    case "none":
      return code === "logged-in"
        ? say("note", sentence(reason), "Verify it as its receivers will, from the address of the relay.")
        : say("warning", `${sentence(reason)} Large providers refuse bulk mail without one.`, advice);
    case "fail":
      if (code === "arc") return say("note", sentence(reason), undefined);
      return say("error", `${sentence(reason)} ${consequences[dmarc.disposition]}`, advice);
    case "permerror":
      return say("error", sentence(reason), advice ?? remedies[code]);
    case "temperror":
      return say("note", sentence(reason), "Look at it again when DNS answers.");
    case "pass":
      return passAdvice(dmarc);
  }
}

/** A message that passes may still depend on one thing, or on a record that asks for nothing. */
function passAdvice({ advice, aligned, domain, policy, recordDomain, testing }: DmarcVerdict): Advice[] {
  const lines: Advice[] = [];
  if (advice !== undefined)
    lines.push({
      severity: "warning",
      about: "dmarc",
      what: `The record at _dmarc.${recordDomain} has a value that is not valid.`,
      remedy: advice,
    });
  if (!aligned.dkim)
    lines.push({
      severity: "warning",
      about: "dmarc",
      what: "DMARC passes by SPF alone, which fails as soon as the message is forwarded.",
      remedy: `Sign with DKIM for ${domain} too.`,
    });
  if (advice === undefined && policy === "none")
    lines.push({
      severity: "note",
      about: "dmarc",
      what: testing
        ? `The policy at _dmarc.${recordDomain} is only being tested (t=y), so forged mail of ${domain} is delivered.`
        : `The policy of ${domain} is "none", so forged mail in its name is delivered.`,
      remedy: testing
        ? "Take t=y out of the record when its reports show that your own mail passes."
        : "Publish p=quarantine, then p=reject, when the reports (rua=) show that your own mail passes.",
    });
  return lines;
}

const consequences = {
  none: "Its owner asks for nothing to be done (p=none), but many providers file such mail as spam.",
  quarantine: "Its owner asks receivers to file the message as spam (quarantine).",
  reject: "Its owner asks receivers to refuse the message (reject).",
} as const;

const remedies: { readonly [code in DmarcCode]?: string } = {
  "no-from": "Write a From field with one address.",
  "several-from": "Write one From field.",
  "several-domains": "Write authors of one domain into From; name the others in Reply-To or in the text.",
  "invalid-from": 'Write From as one address: "Name <name@example.com>".',
};
