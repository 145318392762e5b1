import { looksLikeKey, readKeyRecord } from "../../../verify/signature/key-record.ts";
import type { Dns } from "../../dns/dns.ts";
import { foreign, quoted } from "../../foreign-text.ts";
import { type Finding, finding } from "../finding.ts";
import { danglingAlias } from "../server/probe-server.ts";

/** The DKIM key of one selector. */
export interface DkimKeyFacts {
  readonly selector: string;
  /** Where the record is. */
  readonly name: string;
  readonly outcome: "found" | "none" | "failed";
  /** Why it is not known, or why it is no key. */
  readonly reason?: string | undefined;
  /** What is wrong with it, in the words of `envoi/verify`. */
  readonly fault?: string | undefined;
  /** How many key records there are. */
  readonly count: number;
  readonly type?: string | undefined;
  readonly bits?: number | undefined;
  /** `t=y`. */
  readonly testing?: boolean | undefined;
  /** The name that it is an alias of, if that has no key. */
  readonly alias?: string | undefined;
}

/** Looks up the key of a selector. */
export async function lookUpDkimKey(dns: Dns, domain: string, selector: string): Promise<DkimKeyFacts> {
  const name = `${selector}._domainkey.${domain}`;
  const answer = await dns.resolver.resolve(name, "TXT");
  const none = { selector, name, count: 0 };
  if (answer.outcome === "temporary") return { ...none, outcome: "failed", reason: answer.reason };
  if (answer.outcome !== "found") return { ...none, outcome: "none", alias: await danglingAlias(dns, name) };
  const texts = answer.records.map(String);
  const keys = texts.filter(looksLikeKey);
  const record = readKeyRecord(keys[0] ?? texts[0] ?? "");
  const facts = { ...none, outcome: "found", count: keys.length } as const;
  if ("code" in record) return { ...facts, fault: record.code, reason: record.reason };
  return { ...facts, type: record.key.type, bits: record.key.bits, testing: record.testing };
}

/** What is wrong with a key. */
export function judgeDkimKey(facts: DkimKeyFacts): Finding[] {
  const { name, outcome, fault, count, bits, type, alias } = facts;
  const reason = foreign(facts.reason ?? "", 300);
  const shown = foreign(name, 253);
  if (outcome === "failed")
    return [
      finding(
        "dns-failed",
        name,
        `The DKIM key at ${shown} could not be looked up: ${reason}.`,
        "Try again.",
      ),
    ];
  if (outcome === "none")
    return [
      finding(
        "dkim-no-key",
        name,
        `There is no DKIM key at ${shown}${alias === undefined ? "" : `: it is an alias (CNAME) of ${foreign(alias, 253)}, which has none`}. Signatures of this selector fail.`,
        alias === undefined
          ? "Publish the key there as a TXT record, or correct the selector."
          : "Ask the service that signs to publish the key, or remove the alias if it no longer signs for this domain.",
      ),
    ];
  if (count > 1)
    return [
      finding(
        "dkim-several-keys",
        name,
        `There are ${count} DKIM keys at ${shown}, and receivers may look at any of them (RFC 6376 3.6.2.2).`,
        "Leave the one that signs; publish others under selectors of their own.",
      ),
    ];
  if (fault === "key-revoked")
    return [
      finding(
        "dkim-key-revoked",
        name,
        `The DKIM key at ${shown} was revoked: its p= is empty. Signatures of this selector fail.`,
        "Sign with another selector, or publish the key.",
      ),
    ];
  if (fault !== undefined)
    return [
      finding(
        "dkim-key-invalid",
        name,
        `The DKIM record at ${shown} cannot be used: ${reason}. Signatures of this selector fail.`,
        fault === "key-too-short"
          ? "Make a key with 2,048 bits, and publish it under a new selector."
          : "Correct the TXT record: it needs v=DKIM1 and p= with the whole public key in base64.",
      ),
    ];
  const findings: Finding[] = [];
  if (type === "rsa" && bits !== undefined && bits < 2048)
    findings.push(
      finding(
        "dkim-key-weak",
        name,
        `The DKIM key at ${shown} has ${bits} bits. That is little today (RFC 8301 3.2), and some receivers distrust it.`,
        "Make a key with 2,048 bits, and publish it under a new selector.",
      ),
    );
  if (facts.testing)
    findings.push(
      finding(
        "dkim-testing",
        name,
        `The DKIM key at ${shown} is marked as a test (${quoted("t=y")}): receivers may treat mail as if it were not signed.`,
        "Take t=y out of the record when signing works.",
      ),
    );
  return findings;
}
