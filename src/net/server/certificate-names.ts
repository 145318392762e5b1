import type { X509Certificate } from "node:crypto";

/**
 * The DNS names that a certificate has, in lower case. A wildcard is the whole first label (RFC 9525 section 6.3);
 * other names with a star, IP addresses and the common name do not count, because no client asks for them (RFC 6066
 * section 3).
 */
export function certificateNames({ subjectAltName }: X509Certificate): readonly string[] {
  // Node quotes a name that contains a separator.
  const entries = subjectAltName?.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? [];
  const names = entries
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith("DNS:"))
    .map((entry) => entry.slice("DNS:".length).toLowerCase())
    .filter((name) => isHostName(name.startsWith("*.") ? name.slice(2) : name));
  return [...new Set(names)];
}

/**
 * Whether a text is the name of a host, in lower case and as A-labels, as a client may ask for (SNI): letters, digits
 * and inner hyphens, labels of at most 63 octets, at most 253 octets, no dot at its end, and not an IP address.
 */
export function isHostName(text: string): boolean {
  return text.length <= 253 && HOST_NAME.test(text);
}

const HOST_NAME = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
