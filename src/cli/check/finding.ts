/**
 * How bad a finding is. `"error"`: mail is refused, lost or read by others. `"warning"`: some mail is, or will be soon.
 * `"advice"`: mail works, and could be better protected.
 */
export type Severity = "error" | "warning" | "advice";

/**
 * What can be found, the worst first; of two that are equally bad, the one that causes the other. This order is the
 * order of a report.
 */
export const severities = {
  // The way to the server.
  "host-alias-dangling": "error",
  "host-unknown": "error",
  "host-unresolved": "error",
  "connection-refused": "error",
  "connection-timeout": "error",
  "connection-unreachable": "error",
  "connection-reset": "error",
  // What answers.
  "port-speaks-tls": "error",
  "port-without-tls": "error",
  "not-smtp": "error",
  "smtp-rewritten": "error",
  // Encryption, which on a port for TLS comes before everything else.
  "starttls-injected": "error",
  "starttls-injectable": "error",
  "starttls-stripped": "error",
  "starttls-refused": "error",
  "starttls-not-tls": "error",
  "tls-client-certificate": "error",
  "tls-too-old": "error",
  "tls-handshake": "error",
  "certificate-missing-intermediate": "error",
  "certificate-self-signed": "error",
  "certificate-unknown-issuer": "error",
  "certificate-expired": "error",
  "certificate-not-yet-valid": "error",
  "certificate-key-weak": "error",
  "certificate-signature-weak": "error",
  "certificate-name": "error",
  "certificate-unverified": "error",
  // The conversation.
  "server-silent": "error",
  "greeting-closed": "error",
  "greeting-refused": "error",
  "hello-refused": "error",
  "hello-without-name": "error",
  "conversation-broken": "error",
  // The login and the mail.
  "login-refused": "error",
  "login-failed": "error",
  "auth-only-in-clear": "error",
  "starttls-absent": "error",
  "tls-required": "error",
  "auth-absent": "error",
  "auth-mechanisms": "error",
  "sender-refused": "error",
  "recipient-refused": "error",
  "pipelining-broken": "error",
  // DNS of a domain.
  "domain-alias-dangling": "error",
  "domain-unknown": "error",
  "mx-alias-dangling": "error",
  "mx-unresolved": "error",
  "mx-address": "error",
  "mx-null-mixed": "error",
  "mta-sts-mx-mismatch": "error",
  "dane-mismatch": "error",
  "spf-several-records": "error",
  "spf-too-many-lookups": "error",
  "spf-syntax": "error",
  "spf-missing-record": "error",
  "spf-limits": "error",
  "spf-anybody": "error",
  "dkim-no-key": "error",
  "dkim-key-revoked": "error",
  "dkim-key-invalid": "error",
  "dkim-several-keys": "error",
  "dmarc-several-records": "error",
  "dmarc-invalid": "error",
  "srv-unresolved": "error",
  // Some mail, or soon.
  "address-unreachable": "warning",
  "tls-cipher-weak": "warning",
  "certificate-expires-soon": "warning",
  "size-too-small": "warning",
  greylisting: "warning",
  "login-untried": "warning",
  "dns-failed": "warning",
  "mx-alias": "warning",
  "mx-missing": "warning",
  "mx-unreachable": "warning",
  "mta-sts-broken": "warning",
  "dane-invalid": "warning",
  "tls-rpt-invalid": "warning",
  "srv-alias": "warning",
  "spf-missing": "warning",
  "dmarc-missing": "warning",
  "dmarc-report-destination": "warning",
  "dkim-key-weak": "warning",
  unencrypted: "warning",
  // Could be better.
  "mx-without-tls": "advice",
  "mta-sts-testing": "advice",
  "spf-neutral": "advice",
  "dkim-testing": "advice",
  "dmarc-policy-none": "advice",
  "dmarc-testing": "advice",
} as const;

/** What was found, for programs. */
export type FindingCode = keyof typeof severities;

/** Something that a person must change. */
export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** What is wrong, in one or two English sentences. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
  /** The host, name or record that it is about. */
  readonly about: string;
}

/** Makes a finding, with the severity that its code has. */
export function finding(code: FindingCode, about: string, what: string, remedy: string): Finding {
  return { severity: severities[code], code, what, remedy, about };
}

/** The findings in the order of a report: the worst first, and causes before what follows from them. */
export function worstFirst(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (one, other) =>
      ranks.indexOf(one.severity) - ranks.indexOf(other.severity) ||
      codes.indexOf(one.code) - codes.indexOf(other.code),
  );
}

const ranks: readonly Severity[] = ["error", "warning", "advice"];
const codes: readonly FindingCode[] = Object.keys(severities) as FindingCode[];
