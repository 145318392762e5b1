import { firstValue, type HeadBudget, type ParsedHeader, readFields } from "../mime/reading/head.ts";
import type { FeedbackRecipient } from "./feedback.ts";
import { reportedAddress } from "./reported-address.ts";
import { reportedHost } from "./reported-host.ts";

/** What the body of a message/feedback-report says (RFC 5965 section 3). */
export interface FeedbackReport {
  /** In small letters. */
  readonly complaint: string;
  /** Whether somebody complains: reports of failed authentication (RFC 6591) and of wrong alarms are none. */
  readonly complains: boolean;
  readonly recipients: readonly FeedbackRecipient[];
  readonly envelopeId: string | undefined;
  readonly reportingMta: string | undefined;
}

/** Reads the fields of a report. A type that is not registered counts as `other`, as the RFC says. */
export function readFeedbackReport(body: Buffer): FeedbackReport {
  const budget: HeadBudget = { octets: 1_048_576, fields: 10_000 };
  const { fields } = readFields(body, budget);
  const complaint = word(firstValue(fields, "feedback-type")) ?? "other";
  const addresses = ["original-rcpt-to", "removal-recipient"].flatMap((name) => addressesOf(fields, name));
  return {
    complaint,
    complains: !noComplaints.has(complaint),
    recipients: [...new Set(addresses)].map((address) => ({ address })),
    envelopeId: firstValue(fields, "original-envelope-id")?.trim() || undefined,
    reportingMta: reportedHost(firstValue(fields, "reporting-mta")),
  };
}

const noComplaints: ReadonlySet<string> = new Set(["auth-failure", "not-spam", "dmarc", "dkim"]);

function word(value: string | undefined): string | undefined {
  return /[\w-]{1,60}/.exec(value ?? "")?.[0].toLowerCase();
}

/** A receiver that hides its users writes something else than an address. */
function addressesOf(fields: readonly ParsedHeader[], name: string): string[] {
  return fields
    .filter((field) => field.name.toLowerCase() === name)
    .flatMap(({ value }) => reportedAddress(value) ?? [])
    .filter((address) => address.includes("@"));
}
