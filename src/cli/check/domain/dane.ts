import { createHash, X509Certificate } from "node:crypto";
import type { Dns, DnsAnswer, TlsaRecord } from "../../dns/dns.ts";
import { foreign } from "../../foreign-text.ts";
import type { SeenCertificate } from "../connection/seen-certificate.ts";
import { type Finding, finding } from "../finding.ts";
import type { ServerFacts } from "../server/server-facts.ts";

/** The TLSA records of a mail exchanger (RFC 7672). */
export interface DaneFacts {
  /** Where the records are: `_25._tcp.` and the host. */
  readonly name: string;
  readonly host: string;
  readonly answer: DnsAnswer<TlsaRecord>;
}

/** Looks up the TLSA records of a host's port 25. */
export async function lookUpDane(dns: Dns, host: string): Promise<DaneFacts> {
  const name = `_25._tcp.${host}`;
  return { name, host, answer: await dns.tlsa(name) };
}

/** What is wrong with the TLSA records, and whether they fit the certificate of the server. */
export function judgeDane({ name, host, answer }: DaneFacts, server: ServerFacts | undefined): Finding[] {
  if (answer.outcome === "temporary")
    return [
      finding(
        "dns-failed",
        name,
        `The TLSA records of ${foreign(host, 253)} could not be looked up: ${foreign(answer.reason)}. Senders that use DANE wait until they can.`,
        "Look at the DNS servers of this host's domain: they must answer this question too.",
      ),
    ];
  if (answer.outcome !== "found") return [];
  const usable = answer.records.filter(isUsable);
  const findings: Finding[] = [];
  if (usable.length < answer.records.length)
    findings.push(
      finding(
        "dane-invalid",
        name,
        "A TLSA record has a usage, selector, type or length that mail cannot use: the usage must be 2 or 3, the selector 0 or 1, the type 0, 1 or 2 (RFC 7672 3.1).",
        'Publish "3 1 1" and the SHA-256 of the public key of the server.',
      ),
    );
  if (server?.hello?.reply.code !== 250 || usable.length === 0) return findings;
  const { tls } = server;
  if (tls === undefined)
    findings.push(
      finding(
        "dane-mismatch",
        name,
        `${foreign(host, 253)} has TLSA records, but no TLS. Senders that use DANE do not deliver there.`,
        "Switch STARTTLS on in the server, or remove the TLSA records.",
      ),
    );
  else if (!usable.some((record) => fits(record, tls.chain)))
    findings.push(
      finding(
        "dane-mismatch",
        name,
        `None of the TLSA records at ${name} fits the certificate of the server. Senders that use DANE do not deliver there.`,
        `Publish the TLSA record of the present certificate, "3 1 1 ${tls.chain[0] === undefined ? "…" : digestOf(tls.chain[0], 1, 1)}". When you renew, publish the new record first.`,
      ),
    );
  return findings;
}

function isUsable({ usage, selector, matching, data }: TlsaRecord): boolean {
  const length = data.length / 2;
  const whole = matching === 0 ? length > 0 : length === (matching === 1 ? 32 : 64);
  return (usage === 2 || usage === 3) && selector <= 1 && matching <= 2 && whole;
}

/** Whether a record fits the certificate of the server, or, with usage 2, that of one of its issuers. */
export function fits(record: TlsaRecord, chain: readonly SeenCertificate[]): boolean {
  const candidates = record.usage === 3 ? chain.slice(0, 1) : chain.slice(1);
  return candidates.some((each) => digestOf(each, record.selector, record.matching) === record.data);
}

/** What a TLSA record says of a certificate, in hexadecimal. */
export function digestOf({ der }: SeenCertificate, selector: number, matching: number): string {
  const octets =
    selector === 0 ? der : new X509Certificate(der).publicKey.export({ type: "spki", format: "der" });
  if (matching === 0) return octets.toString("hex");
  return createHash(matching === 1 ? "sha256" : "sha512")
    .update(octets)
    .digest("hex");
}
