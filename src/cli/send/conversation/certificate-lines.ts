import type { CertificateFacts } from "../../../net/client/certificate-chain.ts";

const DAY = 86_400_000;

/**
 * Tells plainly what the certificates of a server say, its own first.
 *
 * @param now in milliseconds since 1970, to say which have expired
 */
export function certificateLines(certificates: readonly CertificateFacts[], now: number): string[] {
  return certificates.flatMap((certificate, index) => {
    const { subject, names, issuer, key, fingerprint256 } = certificate;
    const own = subject === issuer ? "itself" : issuer;
    return [
      `certificate ${index + 1} of ${certificates.length}: ${subject || "without a subject"}`,
      ...(names.length > 0 ? [`  names    ${names.join(", ")}`] : []),
      `  issuer   ${own}`,
      `  valid    ${validity(certificate, now)}`,
      `  key      ${key}`,
      ...(index === 0 ? [`  SHA-256  ${fingerprint256}`] : []),
    ];
  });
}

function validity({ validFrom, validTo }: CertificateFacts, now: number): string {
  const [from, to] = [validFrom, validTo].map(
    (time) => `${new Date(time).toISOString().slice(0, 16).replace("T", " ")} UTC`,
  );
  const verdict =
    now < validFrom
      ? "NOT YET VALID"
      : now > validTo
        ? `EXPIRED ${days(now - validTo)} ago`
        : `${days(validTo - now)} left`;
  return `${from} to ${to}, ${verdict}`;
}

function days(duration: number): string {
  const count = Math.floor(duration / DAY);
  return count === 1 ? "1 day" : `${count} days`;
}
