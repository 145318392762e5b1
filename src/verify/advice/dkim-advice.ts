import type { Authentication } from "../authentication/authentication.ts";
import type { DkimVerdict } from "../dkim/dkim-verdict.ts";
import type { Advice } from "./advice.ts";
import { sentence } from "./sentence.ts";

/** What the signatures lack. If DMARC passes, a signature that does not is no error. */
export function adviceOnSignatures({ author, dkim, dmarc }: Authentication): readonly Advice[] {
  if (dmarc.code === "logged-in") return [];
  if (dkim.length === 0)
    return [
      {
        severity: "warning",
        about: "dkim",
        what: "The message has no DKIM signature.",
        remedy: `Sign it with DKIM for ${author.domain ?? "the domain of From"}.`,
      },
    ];
  const fault = dmarc.result === "pass" ? "warning" : "error";
  return dkim.flatMap((verdict) =>
    verdict.result === "pass" ? passAdvice(verdict) : [faultAdvice(verdict, fault)],
  );
}

function faultAdvice({ result, reason, advice }: DkimVerdict, fault: "error" | "warning"): Advice {
  const what = `A DKIM signature does not pass: ${sentence(reason)}`;
  if (result === "temperror")
    return { severity: "note", about: "dkim", what, remedy: "Look at it again when DNS answers." };
  return { severity: fault, about: "dkim", what, remedy: advice };
}

function passAdvice(verdict: DkimVerdict): Advice[] {
  const { domain, selector, algorithm, keyBits = 2048, signed, testing } = verdict;
  const key = `${selector}._domainkey.${domain}`;
  const lines: Advice[] = [];
  if (algorithm === "rsa-sha256" && keyBits < 2048)
    lines.push({
      severity: "warning",
      about: "dkim",
      what: `The key at ${key} has ${keyBits} bits, and 2048 are recommended (RFC 8301).`,
      remedy: "Make a key of 2048 bits, and publish it under a new selector.",
    });
  if (testing)
    lines.push({
      severity: "note",
      about: "dkim",
      what: `The key at ${key} says that DKIM is only being tested (t=y).`,
      remedy: "Take t=y out of the record.",
    });
  const missing = worthSigning.filter((name) => !signed.includes(name.toLowerCase()));
  if (missing.length > 0)
    lines.push({
      severity: "note",
      about: "dkim",
      what: `The signature of ${domain} leaves ${missing.join(", ")} out, so these can be changed or added.`,
      remedy: "Name them in h= (RFC 6376 5.4.1).",
    });
  return lines;
}

/** What readers see, and what tells a copy that is sent again from the original. */
const worthSigning = ["Subject", "To", "Date"] as const;
